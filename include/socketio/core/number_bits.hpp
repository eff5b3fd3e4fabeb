// Classifies a double by its bits. With -ffast-math a compiler assumes that neither infinity nor NaN occurs.
// Comparisons and std::isfinite are unreliable then.
#pragma once

#include <bit>
#include <cstdint>

namespace socketio::detail {

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
inline constexpr std::uint64_t infinity_bits = 0x7ff0000000000000U;

inline std::uint64_t bits_of(double number) noexcept
{
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    // Volatile: otherwise the optimizer concludes from the double that its bits are those of a finite number.
    std::uint64_t volatile const bits = std::bit_cast<std::uint64_t>(number);
    return bits;
#else
    return std::bit_cast<std::uint64_t>(number);
#endif
}

inline bool is_negative(double number) noexcept
{
    return (bits_of(number) & sign_bit) != 0;
}

inline bool is_finite(double number) noexcept
{
    return (bits_of(number) & ~sign_bit) < infinity_bits;
}

inline bool is_infinite(double number) noexcept
{
    return (bits_of(number) & ~sign_bit) == infinity_bits;
}

inline bool is_not_a_number(double number) noexcept
{
    return (bits_of(number) & ~sign_bit) > infinity_bits;
}

} // namespace socketio::detail
