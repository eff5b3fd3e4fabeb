#include <socketio/core/utf8.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <string>

namespace utf8_tests {

using namespace socketio::detail;

namespace {

std::string encode(std::uint32_t code)
{
    auto const byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    auto const more = [&](unsigned shift) { return byte(0x80u | (code >> shift & 0x3Fu)); };
    if (code < 0x80)
        return {byte(code)};
    if (code < 0x800)
        return {byte(0xC0u | code >> 6), more(0)};
    if (code < 0x10000)
        return {byte(0xE0u | code >> 12), more(6), more(0)};
    return {byte(0xF0u | code >> 18), more(12), more(6), more(0)};
}

bool valid_when_cut_at(std::string_view text, std::size_t cut)
{
    utf8_checker checker;
    bool const first = checker.write(text.substr(0, cut));
    bool const second = checker.write(text.substr(cut));
    return first && second && checker.finish();
}

// How many bytes are taken before the checker says no; npos where it never does.
std::size_t refused_at(std::string_view text)
{
    utf8_checker checker;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!checker.write(text.substr(i, 1)))
            return i;
    }
    return std::string_view::npos;
}

std::initializer_list<std::string_view> const good = {
    "", "a", "plain ASCII that is longer than one step of eight", "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5",
    "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
    "\xF4\x8F\xBF\xBF", "12345678\xE2\x82\xAC" "12345678\xF0\x9F\x98\x80",
};

struct bad_text {
    std::string_view text;
    std::size_t refused; // at this byte; npos: only at the end
    std::string_view well_formed;
};

#define FFFD "\xEF\xBF\xBD"
std::initializer_list<bad_text> const bad = {
    {"\x80", 0, FFFD}, {"\xBF", 0, FFFD}, {"a\x80\xBFz", 1, "a" FFFD FFFD "z"},
    {"\xC0 ", 0, FFFD " "}, {"\xC3 ", 1, FFFD " "}, {"\xC3", std::string_view::npos, FFFD},
    {"\xE2\x82", std::string_view::npos, FFFD}, {"\xE2\x82 ", 2, FFFD " "},
    {"\xF0\x9F\x98", std::string_view::npos, FFFD}, {"\xF0\x9F\x98x", 3, FFFD "x"},
    {"\xFE", 0, FFFD}, {"\xFF", 0, FFFD}, {"\xFE\xFE\xFF\xFF", 0, FFFD FFFD FFFD FFFD},
    {"\xC0\xAF", 0, FFFD FFFD}, {"\xE0\x80\xAF", 1, FFFD FFFD FFFD}, {"\xF0\x80\x80\xAF", 1, FFFD FFFD FFFD FFFD},
    {"\xF8\x88\x80\x80\x80", 0, FFFD FFFD FFFD FFFD FFFD}, {"\xC1\xBF", 0, FFFD FFFD},
    {"\xE0\x9F\xBF", 1, FFFD FFFD FFFD}, {"\xF0\x8F\xBF\xBF", 1, FFFD FFFD FFFD FFFD},
    {"\xED\xA0\x80", 1, FFFD FFFD FFFD}, {"\xED\xBF\xBF", 1, FFFD FFFD FFFD},
    {"\xF4\x90\x80\x80", 1, FFFD FFFD FFFD FFFD}, {"\xF5\x80\x80\x80", 0, FFFD FFFD FFFD FFFD},
    {"\xE2\x82\xE2\x82\xAC", 2, FFFD "\xE2\x82\xAC"}, {"12345678\xFF" "2345678", 8, "12345678" FFFD "2345678"},
    {"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80" "edited", 12,
     "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5" FFFD FFFD FFFD "edited"},
};
#undef FFFD

} // namespace

TEST_CASE("what is displayable has no control characters, and is UTF-8")
{
    using socketio::detail::to_displayable;
    CHECK(to_displayable("a\x1b[31m\r\nb\x7f") == "a [31m  b ");
    CHECK(to_displayable("\xc2\x9bm \xc3\xa9 \xc2\xa0") == " m \xc3\xa9 \xc2\xa0");
    CHECK(to_displayable("\xff\xc2") == "\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(to_displayable("").empty());
}

TEST_CASE("valid text is valid wherever it is cut, and is well formed as it is")
{
    for (std::string_view text : good) {
        CAPTURE(text);
        CHECK(is_utf8(text));
        CHECK(to_well_formed(text) == text);
        for (std::size_t cut = 0; cut <= text.size(); ++cut)
            CHECK(valid_when_cut_at(text, cut));
    }
}

TEST_CASE("invalid text is refused at its first bad byte, wherever it is cut")
{
    for (bad_text const& sample : bad) {
        CAPTURE(sample.well_formed);
        CHECK_FALSE(is_utf8(sample.text));
        CHECK(refused_at(sample.text) == sample.refused);
        CHECK(to_well_formed(sample.text) == sample.well_formed);
        for (std::size_t cut = 0; cut <= sample.text.size(); ++cut)
            CHECK_FALSE(valid_when_cut_at(sample.text, cut));
    }
}

TEST_CASE("every code point but the surrogates is valid, and no shorter piece of it is")
{
    std::size_t wrong = 0;
    for (std::uint32_t code = 0; code <= 0x110400; ++code) {
        std::string const text = encode(code);
        bool const expected = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        wrong += is_utf8(text) != expected ? 1 : 0;
        wrong += text.size() > 1 && is_utf8(std::string_view{text}.substr(0, text.size() - 1)) ? 1 : 0;
    }
    CHECK(wrong == 0);
}

TEST_CASE("a bad byte is found at every place of long ASCII")
{
    for (std::size_t at = 0; at < 100; ++at) {
        std::string text(100, 'x');
        CHECK(is_utf8(text));
        text[at] = '\x80';
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("a checker that failed stays failed until it is reset")
{
    utf8_checker checker;
    CHECK_FALSE(checker.write("\xFF"));
    CHECK_FALSE(checker.write("a"));
    CHECK_FALSE(checker.write(""));
    CHECK_FALSE(checker.finish());
    CHECK(checker.write("a"));
    CHECK(checker.finish());
    CHECK(checker.write("\xE2\x82"));
    checker.reset();
    CHECK(checker.write("a"));
    CHECK(checker.finish());
}

} // namespace utf8_tests
