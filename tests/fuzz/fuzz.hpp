// What the fuzz targets share: the entry for libFuzzer or for the replay of the corpora, checks that end
// the program, and decisions that the input makes. Knows nothing of the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>
#include <vector>

namespace fuzz {

// In every build, and with the place where it failed.
inline void require(bool holds, char const* file = __builtin_FILE(), int line = __builtin_LINE())
{
    if (holds)
        return;
    std::fprintf(stderr, "%s:%d: this does not hold\n", file, line);
    __builtin_trap();
}

// Decisions off the front of the input. Where it has ended all of them are 0.
class choices {
public:
    explicit choices(std::string_view input) noexcept : left_{input} {}

    bool empty() const noexcept { return left_.empty(); }
    unsigned byte() noexcept
    {
        if (left_.empty())
            return 0;
        unsigned const first = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        return first;
    }
    bool flag() noexcept { return (byte() & 1u) != 0; }
    // From 0 to `most`, which is at most 65535.
    std::size_t up_to(std::size_t most) noexcept
    {
        std::size_t const number = most < 256 ? byte() : byte() << 8 | byte();
        return number % (most + 1);
    }
    std::string_view text(std::size_t most) noexcept
    {
        std::string_view const taken = left_.substr(0, up_to(most));
        left_.remove_prefix(taken.size());
        return taken;
    }
    std::string_view rest() noexcept
    {
        std::string_view const taken = left_;
        left_ = {};
        return taken;
    }

private:
    std::string_view left_;
};

// A copy of exactly its size, so that a sanitizer sees a step over either end.
inline std::vector<char> copy_of(std::string_view text)
{
    return {text.begin(), text.end()};
}
inline std::string_view view_of(std::span<char const> data) noexcept
{
    return {data.data(), data.size()};
}
inline bool lies_in(std::string_view part, std::span<char const> whole) noexcept
{
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// The input of a reader that takes from the front of a span: what it leaves comes again, in another place.
class stream {
public:
    void arrive(std::string_view piece)
    {
        std::vector<char> moved(held_.size() - used_ + piece.size());
        std::size_t at = 0;
        for (std::size_t i = used_; i != held_.size(); ++i)
            moved[at++] = held_[i];
        for (char const c : piece)
            moved[at++] = c;
        held_ = std::move(moved);
        used_ = 0;
    }
    std::span<char> left() noexcept { return std::span<char>{held_}.subspan(used_); }
    // To be called with what a reader made of left().
    void leave(std::span<char> rest) noexcept
    {
        require(rest.size() <= held_.size() - used_ && rest.data() + rest.size() == held_.data() + held_.size());
        used_ = held_.size() - rest.size();
    }
    std::span<char const> all() const noexcept { return held_; }

private:
    std::vector<char> held_;
    std::size_t used_ = 0;
};

// Cuts `whole` where the input says, and hands the pieces over.
template <class Take>
void in_pieces(std::string_view whole, choices cuts, Take take)
{
    while (!whole.empty()) {
        unsigned const cut = cuts.byte();
        std::size_t const size = cut == 0 ? whole.size() : cut < 64 ? 1 + cut % 4 : cut;
        take(whole.substr(0, size));
        whole.remove_prefix(size < whole.size() ? size : whole.size());
    }
}

struct target {
    char const* name;
    void (*run)(std::string_view input);
};

// The targets of a program that is not libFuzzer's.
inline std::vector<target>& targets()
{
    static std::vector<target> all;
    return all;
}
struct registration {
    explicit registration(target added) { targets().push_back(added); }
};

} // namespace fuzz

// FUZZ_TARGET(name) { ... } with `std::string_view input`. SOCKETIO_LIBFUZZER is set by CMakeLists.txt.
#if defined(SOCKETIO_LIBFUZZER)
#define FUZZ_TARGET(name)                                                                \
    static void fuzz_##name(std::string_view input);                                     \
    extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)    \
    {                                                                                    \
        fuzz_##name({reinterpret_cast<char const*>(data), size});                        \
        return 0;                                                                        \
    }                                                                                    \
    static void fuzz_##name(std::string_view input)
#else
#define FUZZ_TARGET(name)                                                                \
    static void fuzz_##name(std::string_view input);                                     \
    static fuzz::registration const registered_##name{{#name, &fuzz_##name}};            \
    static void fuzz_##name(std::string_view input)
#endif
