// What a double is, told by its bits. With -ffast-math a compiler takes it that there is neither infinity nor NaN, and
// comparisons and std::isfinite may answer anything about them.
#pragma once

#include <bit>
#include <cstdint>

namespace socketio::detail {

inline constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
inline constexpr std::uint64_t infinity_bits = 0x7ff0000000000000U;

inline std::uint64_t bits_of(double number) noexcept
{
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    // Or the optimizer still concludes from the double that its bits are a number's.
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
