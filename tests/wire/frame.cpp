#include <socketio/wire/frame.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace frame_tests {

using namespace socketio::detail;

namespace {

std::string header_bytes(frame_header const& header)
{
    char bytes[max_frame_header] = {};
    char* const end = write_header(bytes, header);
    CHECK(static_cast<std::size_t>(end - bytes) == header_size(header.length, header.masked));
    return {bytes, end};
}

std::uint32_t mask_of(std::string_view bytes)
{
    std::uint32_t mask = 0;
    std::memcpy(&mask, bytes.data(), 4);
    return mask;
}

std::string slowly_masked(std::string text, std::string_view key, std::size_t offset)
{
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(text[i] ^ key[(i + offset) % 4]);
    return text;
}

} // namespace

TEST_CASE("headers are those of RFC 6455, section 5.7")
{
    std::uint32_t const mask = mask_of("\x37\xFA\x21\x3D");
    CHECK(header_bytes({.length = 5}) == "\x81\x05");
    CHECK(header_bytes({.masked = true, .length = 5, .mask = mask}) == "\x81\x85\x37\xFA\x21\x3D");
    CHECK(header_bytes({.fin = false, .length = 3}) == std::string_view{"\x01\x03", 2});
    CHECK(header_bytes({.code = opcode::continuation, .length = 2}) == "\x80\x02");
    CHECK(header_bytes({.code = opcode::ping, .length = 5}) == "\x89\x05");
    CHECK(header_bytes({.code = opcode::pong, .masked = true, .length = 5, .mask = mask}) == "\x8A\x85\x37\xFA\x21\x3D");
    CHECK(header_bytes({.code = opcode::binary, .length = 256}) == std::string_view{"\x82\x7E\x01\x00", 4});
    CHECK(header_bytes({.code = opcode::binary, .length = 65536}) == std::string_view{"\x82\x7F\0\0\0\0\0\x01\0\0", 10});
    CHECK(header_bytes({.reserved = 4, .code = opcode::close, .length = 0}) == std::string_view{"\xC8\0", 2});
}

TEST_CASE("a length takes its shortest form")
{
    CHECK(header_size(0, false) == 2);
    CHECK(header_size(125, true) == 6);
    CHECK(header_size(126, false) == 4);
    CHECK(header_size(65535, true) == 8);
    CHECK(header_size(65536, false) == 10);
    CHECK(header_size(~std::uint64_t{0} >> 1, true) == max_frame_header);
    CHECK(header_bytes({.length = ~std::uint64_t{0} >> 1}) == "\x81\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
}

TEST_CASE("the size of a frame is read off its header")
{
    using socketio::detail::frame_header;
    for (std::uint64_t const length : {0ull, 1ull, 125ull, 126ull, 0xFFFFull, 0x10000ull, 0x123456789ull})
        for (bool const masked : {false, true}) {
            char room[socketio::detail::max_frame_header];
            char* const end = write_header(room, frame_header{.masked = masked, .length = length});
            CHECK(socketio::detail::frame_size(room) == static_cast<std::uint64_t>(end - room) + length);
        }
}

TEST_CASE("the masked Hello of section 5.7 is unmasked")
{
    std::string text = "\x7F\x9F\x4D\x51\x58";
    apply_mask(text.data(), text.size(), mask_of("\x37\xFA\x21\x3D"));
    CHECK(text == "Hello");
}

TEST_CASE("masking in steps of many bytes is masking byte by byte, at every size, offset and alignment")
{
    std::string_view const key = "\x01\x82\x43\xF4";
    std::string plain;
    for (int i = 0; i < 120; ++i)
        plain.push_back(static_cast<char>(static_cast<unsigned char>(i * 37)));
    std::size_t wrong = 0;
    for (std::size_t size = 0; size <= 100; ++size) {
        for (std::size_t offset = 0; offset < 9; ++offset) {
            std::string text = plain;
            apply_mask(text.data() + offset, size, mask_of(key), offset);
            wrong += text.substr(offset, size) != slowly_masked(plain.substr(offset, size), key, offset) ? 1 : 0;
            wrong += text.substr(0, offset) != plain.substr(0, offset) ? 1 : 0;
            wrong += text.substr(offset + size) != plain.substr(offset + size) ? 1 : 0;

            std::string copy(size, '\0');
            copy_masked(copy.data(), plain.data() + offset, size, mask_of(key));
            wrong += copy != slowly_masked(plain.substr(offset, size), key, 0) ? 1 : 0;
        }
    }
    CHECK(wrong == 0);
}

} // namespace frame_tests
