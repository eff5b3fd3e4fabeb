#include <socketio/core/json_text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace json_text_tests {

using namespace socketio::detail;

namespace {

// What is not plain, and what looks nearly like it.
constexpr std::string_view specials{"\"\\\0\x01\x1f", 5};
constexpr std::string_view plains = " !#[]^~/";
constexpr std::string_view beyond_ascii = "\x7f\x80\xa2\xdc\xff";

std::string sample(std::size_t size)
{
    std::string text;
    for (std::size_t i = 0; i != size; ++i)
        text.push_back(static_cast<char>('a' + i % 26));
    return text;
}

bool copies(std::string const& text)
{
    std::string room(text.size() + 2, '#');
    bool const plain = copy_plain(room.data() + 1, text.data(), text.size());
    CHECK(room.front() == '#');
    CHECK(room.back() == '#');
    if (plain)
        CHECK(room.substr(1, text.size()) == text);
    return plain;
}

template <plain_bytes P>
std::size_t skipped(std::string const& text)
{
    return static_cast<std::size_t>(skip_plain<P>(text.data(), text.data() + text.size()) - text.data());
}

} // namespace

TEST_CASE("plain text of any length is copied, and nothing beside it is touched")
{
    for (std::size_t size = 0; size != 70; ++size)
        CHECK(copies(sample(size)));
}

TEST_CASE("one byte that needs attention is found wherever it stands")
{
    for (std::size_t size = 1; size != 40; ++size) {
        for (std::size_t at = 0; at != size; ++at) {
            std::string text = sample(size);
            for (char const c : specials) {
                text[at] = c;
                CHECK_FALSE(copies(text));
                CHECK(skipped<plain_bytes::any>(text) == at);
                CHECK(skipped<plain_bytes::ascii>(text) == at);
            }
            for (char const c : plains) {
                text[at] = c;
                CHECK(copies(text));
                CHECK(skipped<plain_bytes::any>(text) == size);
                CHECK(skipped<plain_bytes::ascii>(text) == size);
            }
            for (char const c : beyond_ascii) {
                text[at] = c;
                bool const ascii = c == '\x7f';
                CHECK(copies(text) == ascii);
                CHECK(skipped<plain_bytes::any>(text) == size);
                CHECK(skipped<plain_bytes::ascii>(text) == (ascii ? size : at));
            }
        }
    }
}

TEST_CASE("the first of two bytes that need attention is found")
{
    for (std::size_t first = 0; first != 20; ++first) {
        for (std::size_t second = first + 1; second != 24; ++second) {
            std::string text = sample(24);
            text[first] = '"';
            text[second] = '!'; // a borrow from the quote must not hide it, nor show it first
            CHECK(skipped<plain_bytes::any>(text) == first);
            text[second] = '\\';
            CHECK(skipped<plain_bytes::any>(text) == first);
            CHECK_FALSE(copies(text));
        }
    }
}

} // namespace json_text_tests
