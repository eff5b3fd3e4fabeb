#include <socketio/wire/body_reader.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace body_reader_tests {

using namespace socketio::detail;

namespace {

http_head with(std::initializer_list<http_header> headers, int status = 500)
{
    http_head head;
    head.status = status;
    head.headers = headers;
    return head;
}

struct outcome {
    body_progress progress = body_progress::incomplete;
    std::string body;
    std::size_t consumed = 0;
};

// The same bytes in pieces of `piece`, each only once, as a stream gives them.
outcome drip(http_head const& head, std::string_view text, std::size_t piece, std::size_t limit = 100)
{
    body_reader reader{head, limit};
    outcome result;
    std::string kept;
    for (std::size_t at = 0; at <= text.size() && result.progress == body_progress::incomplete; at += piece) {
        kept.append(text.substr(at, piece));
        std::size_t consumed = 0;
        result.progress = reader.read(kept, consumed);
        kept.erase(0, consumed);
        result.consumed += consumed;
    }
    result.body = reader.body();
    return result;
}

void expect(http_head const& head, std::string_view text, body_progress progress, std::string_view body, std::size_t consumed)
{
    for (std::size_t const piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size() + 1}) {
        CAPTURE(piece);
        auto const found = drip(head, text, piece);
        CHECK(found.progress == progress);
        CHECK(found.body == body);
        CHECK(found.consumed == consumed);
    }
}

auto const chunked = with({{"Transfer-Encoding", "chunked"}});

} // namespace

TEST_CASE("a body of a given length ends there, and what follows stays")
{
    expect(with({{"Content-Length", "5"}}), "hellonext", body_progress::complete, "hello", 5);
    expect(with({{"content-length", "5"}}), "hel", body_progress::incomplete, "hel", 3);
    expect(with({{"Content-Length", "0"}}), "next", body_progress::complete, "", 0);
}

TEST_CASE("a body without a length, or with one that cannot be trusted, goes on to the end of the stream")
{
    for (auto const& head : {with({}), with({{"Content-Length", "x"}}), with({{"Content-Length", "-1"}}),
             with({{"Content-Length", "5"}, {"Content-Length", "6"}}), with({{"Content-Length", "99999999999999999999"}}),
             with({{"Transfer-Encoding", "gzip"}, {"Content-Length", "2"}})}) {
        CHECK(body_reader(head, 10).until_end());
        expect(head, "all of it", body_progress::incomplete, "all of it", 9);
    }
}

TEST_CASE("an answer that has no body is complete at once")
{
    expect(with({{"Content-Length", "5"}}, 204), "next", body_progress::complete, "", 0);
    expect(with({}, 304), "next", body_progress::complete, "", 0);
    CHECK_FALSE(body_reader(with({}, 204), 10).until_end());
    CHECK_FALSE(body_reader(with({{"Content-Length", "50"}}, 304), 10).is_announced_too_long());
}

TEST_CASE("a length over the limit is known before the body comes")
{
    CHECK(body_reader(with({{"Content-Length", "11"}}), 10).is_announced_too_long());
    CHECK_FALSE(body_reader(with({{"Content-Length", "10"}}), 10).is_announced_too_long());
    CHECK_FALSE(body_reader(with({{"Transfer-Encoding", "chunked"}}), 10).is_announced_too_long());
    CHECK_FALSE(body_reader(with({}), 10).is_announced_too_long());
}

TEST_CASE("chunks are put together, whatever their extensions and trailers say")
{
    expect(chunked, "5\r\nhello\r\n0\r\n\r\nnext", body_progress::complete, "hello", 15);
    expect(chunked, "3;a=\"b\"\r\nhel\r\n002\r\nlo\r\n0\r\nX: y\r\nZ: 1\r\n\r\n", body_progress::complete, "hello", 40);
    expect(chunked, "A\r\n0123456789\r\na\r\n0123", body_progress::incomplete, "01234567890123", 22);
}

TEST_CASE("chunks that are broken end the body, and what came before stays")
{
    for (auto const& [broken, body] : {std::pair{"3\r\nhel\r\nx\r\n", "hel"}, {"3\r\nhelXX\r\n", "hel"}, {"-3\r\n", ""},
             {"\r\n", ""}, {"3\nhel", ""}, {"fffffffffffffffff\r\n", ""}, {"0x3\r\n", ""}}) {
        std::string const text = broken; // clang lets no lambda capture the other name
        CAPTURE(text);
        auto const found = drip(chunked, text, 1);
        CHECK(found.progress == body_progress::failed);
        CHECK(found.body == body);
    }
}

TEST_CASE("the framing of chunks is that of RFC 9112, to the byte")
{
    std::string const good[] = {
        "1\r\nx\r\n0\r\n\r\n", "001\r\nx\r\n000\r\n\r\n", "1;a\r\nx\r\n0\r\n\r\n", "1;a=b;c\r\nx\r\n0;d\r\n\r\n",
        "1 \t; a = b ; c\r\nx\r\n0\r\n\r\n", "1;a=\"\"\r\nx\r\n0\r\n\r\n", "1;a=\"b;\\\"\tc\xe4\";d\r\nx\r\n0\r\n\r\n",
        "1\r\nx\r\n0\r\nX-Y: z\r\n\r\n", "1\r\nx\r\n0\r\nX:\r\nY: \ta b \r\n\r\n"};
    for (auto const& text : good) {
        CAPTURE(text);
        expect(chunked, text + "next", body_progress::complete, "x", text.size());
    }
    std::string const bad_lines[] = {" 1", "\t1", "1 ", "1\t", "1 a", "1;", "1; ", "1;a=", "1;a b", "1;=b", "1;a=b c", "1;a=\"b", "1;a=\"b\"c",
        "1;a=\"\\", "1;a\rb", "1\r", "1;a=\"b\rc\"", std::string{"1;a\0b", 5}, std::string{"1;a=\"\0\"", 7}, "1;a=\"\x7f\"", "1;a\x7f",
        "1;\xe4", "1;a;;b", "1,a", "+1", "1h", "0x1", "", ";a"};
    for (auto const& line : bad_lines) {
        CAPTURE(line);
        for (std::size_t const piece : {1u, 100u})
            CHECK(drip(chunked, line + "\r\nx\r\n0\r\n\r\n", piece).progress == body_progress::failed);
    }
    std::string const bad_trailers[] = {"X", ": y", "X : y", " X: y", "X: y\r\n folded", "X: a\rb", std::string{"X: a\0b", 6}, "X y: z",
        "GET / HTTP/1.1", "X: y\n", "\r"};
    for (auto const& line : bad_trailers) {
        CAPTURE(line);
        for (std::size_t const piece : {1u, 100u}) {
            auto const found = drip(chunked, "1\r\nx\r\n0\r\n" + line + "\r\n\r\n", piece);
            CHECK(found.progress == body_progress::failed);
            CHECK(found.body == "x");
        }
    }
    for (char const* const behind : {"x \r\n", "x\r\r\n", "x\n", "xy\r\n"})
        CHECK_MESSAGE(drip(chunked, "1\r\n" + std::string{behind}, 1).progress == body_progress::failed, behind);
}

TEST_CASE("a body may come in chunks of one byte, and each line of its framing has a limit of its own")
{
    std::string one_by_one;
    for (int i = 0; i < 100000; ++i)
        one_by_one += "1\r\nx\r\n";
    for (std::size_t const piece : {std::size_t{1}, std::size_t{1000}, one_by_one.size() + 100}) {
        auto const found = drip(chunked, one_by_one + "0\r\n\r\n", piece, 100000);
        CHECK(found.progress == body_progress::complete);
        CHECK(found.body.size() == 100000);
    }
    CHECK(drip(chunked, one_by_one + "1\r\nx", 1000, 100000).progress == body_progress::limited);

    std::string const body = "ffff\r\n" + std::string(0xffff, 'x') + "\r\n";
    CHECK(drip(chunked, body + "1;" + std::string(4000, 'x') + "\r\nx", 1000, 100000).body.size() == 0x10000);
    CHECK(drip(chunked, body + "1;" + std::string(5000, 'x'), 1000, 100000).progress == body_progress::failed);
    CHECK(drip(chunked, body + "0\r\nX: " + std::string(5000, 'x'), 1000, 100000).progress == body_progress::failed);

    std::string padded;
    for (int i = 0; i < 3000; ++i)
        padded += "00000000000000001\r\nx\r\n";
    CHECK(drip(chunked, padded, 1000, 100000).progress == body_progress::failed);
    std::string trailers = "1\r\nx\r\n0\r\n";
    for (int i = 0; i < 1000; ++i)
        trailers += "X: y\r\n";
    CHECK(drip(chunked, trailers, 1000, 100000).progress == body_progress::failed);
}

TEST_CASE("an answer is chunked where that is its last coding, and goes on to the end of the stream otherwise")
{
    expect(with({{"Transfer-Encoding", "gzip, Chunked"}}), "1\r\nx\r\n0\r\n\r\n", body_progress::complete, "x", 11);
    expect(with({{"Transfer-Encoding", "gzip"}, {"transfer-encoding", "chunked"}}), "1\r\nx\r\n0\r\n\r\n", body_progress::complete, "x", 11);
    CHECK(body_reader(with({{"Transfer-Encoding", "chunked, gzip"}}), 10).until_end());
    CHECK(body_reader(with({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "gzip"}}), 10).until_end());
}

TEST_CASE("a body is read up to its limit, and framing up to a limit of its own")
{
    CHECK(drip(with({}), std::string(1000, 'x'), 7).progress == body_progress::limited);
    CHECK(drip(with({}), std::string(1000, 'x'), 1000).body.size() == 100);
    CHECK(drip(with({{"Content-Length", "100"}}), std::string(100, 'x'), 30).progress == body_progress::complete);
    CHECK(drip(with({{"Content-Length", "101"}}), std::string(100, 'x'), 30).progress == body_progress::limited);
    CHECK(drip(chunked, "ffffffff\r\n" + std::string(200, 'x'), 11).progress == body_progress::limited);
    std::string small;
    for (int i = 0; i < 3000; ++i)
        small += "8\r\n12345678\r\n";
    CHECK(drip(chunked, small + "0\r\n\r\n", 1000, 100000).progress == body_progress::complete);
    CHECK(drip(chunked, "1;" + std::string(5000, 'x'), 100).progress == body_progress::failed);
    CHECK(drip(chunked, "1;" + std::string(5000, 'x'), 10000).progress == body_progress::failed);
}

} // namespace body_reader_tests
