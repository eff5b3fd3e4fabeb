#include <socketio/wire/base64.hpp>

#include <doctest/doctest.h>

namespace base64_tests {

using namespace socketio::detail;

namespace {

struct sample {
    std::string_view plain, encoded;
};

} // namespace

TEST_CASE("base64 gives the vectors of RFC 4648 in both directions")
{
    for (sample const& s : {sample{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "+/+/"}}) {
        CHECK(base64_encode(s.plain) == s.encoded);
        std::string out = "something before";
        CHECK(base64_decode(s.encoded, out));
        CHECK(out == s.plain);
    }
}

TEST_CASE("base64 is decoded where it stands")
{
    for (std::string text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"}) {
        std::string expected;
        CHECK(base64_decode(text, expected));
        std::span<char> data{text};
        CHECK(base64_decode_in_place(data));
        CHECK(data.data() == text.data());
        CHECK(std::string_view{data.data(), data.size()} == expected);
    }
}

TEST_CASE("all byte values survive base64")
{
    std::string all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<char>(static_cast<unsigned char>(i)));
    std::string out;
    CHECK(base64_decode(base64_encode(all), out));
    CHECK(out == all);
}

TEST_CASE("base64 that is not exactly canonical is refused")
{
    std::string out;
    for (std::string_view text : {"Z", "Zg", "Zg=", "=", "==", "====", "Zg==Zg==", "Z===", "Zm=v", "Zm9v\n", "Zm9 ",
                                  "Zh==", "Zm9=", "Zm-_", "Zg==="})
        CHECK_FALSE(base64_decode(text, out));
    CHECK_FALSE(base64_decode(std::string_view{"Zm9\0", 4}, out));
    CHECK_FALSE(base64_decode("Zm9\xFF", out));
}

TEST_CASE("data at the end of the room for its base64 is encoded in place")
{
    for (std::size_t size = 0; size != 200; ++size) {
        std::string data;
        for (std::size_t i = 0; i != size; ++i)
            data.push_back(static_cast<char>(static_cast<unsigned char>(i * 7 + size)));
        std::string room = std::string(base64_size(size) - size, '#') + data;
        base64_encode_to(std::string_view{room}.substr(room.size() - size), room.data());
        CHECK(room == base64_encode(data));
    }
}

} // namespace base64_tests
