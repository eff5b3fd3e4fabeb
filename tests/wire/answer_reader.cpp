#include <socketio/wire/answer_reader.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace answer_reader_tests {

using socketio::error;
using namespace socketio::detail;

namespace {

std::string informational(unsigned times)
{
    std::string text;
    for (unsigned i = 0; i != times; ++i)
        text += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    return text;
}

} // namespace

TEST_CASE("the answer behind informational ones is read, in pieces as well, and what follows it stays")
{
    std::string const text = informational(2) + "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nbody";
    answer_reader reader{{}};
    byte_buffer input;
    std::size_t at = 0;
    while (at != text.size()) {
        input.push_back(text[at++]);
        if (reader.read(input) != http_progress::incomplete)
            break;
    }
    CHECK(reader.head().status == 200);
    CHECK(reader.head().find("X-A") == "b");
    CHECK(reader.head().count("Link") == 0);
    CHECK(input.empty());
    CHECK(text.substr(at) == "body");
}

TEST_CASE("switched protocols are an answer")
{
    answer_reader reader{{}};
    byte_buffer input;
    input.append(std::string_view{"HTTP/1.1 101 Switching Protocols\r\n\r\n"});
    CHECK(reader.read(input) == http_progress::complete);
    CHECK(reader.head().status == 101);
}

TEST_CASE("sixteen informational answers are passed over, and seventeen of them are too many")
{
    answer_reader reader{{}};
    for (int i = 0; i != 2; ++i) { // a reset begins to count anew
        byte_buffer input;
        input.append(informational(16) + "HTTP/1.1 200 OK\r\n\r\n");
        CHECK(reader.read(input) == http_progress::complete);
        CHECK_FALSE(reader.error());
        reader.reset();
    }
    byte_buffer input;
    input.append(informational(17) + "HTTP/1.1 200 OK\r\n\r\n");
    CHECK(reader.read(input) == http_progress::failed);
    CHECK(reader.error() == error::http_malformed);
}

TEST_CASE("an answer that is not HTTP fails")
{
    answer_reader reader{{}};
    byte_buffer input;
    input.append(std::string_view{"SSH-2.0"});
    CHECK(reader.read(input) == http_progress::failed);
    CHECK(reader.error() == error::http_malformed);
}

} // namespace answer_reader_tests
