#include <socketio/wire/body_reader.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

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

TEST_CASE("a body is read up to its limit, and framing up to a limit of its own")
{
    CHECK(drip(with({}), std::string(1000, 'x'), 7).progress == body_progress::limited);
    CHECK(drip(with({}), std::string(1000, 'x'), 1000).body.size() == 100);
    CHECK(drip(with({{"Content-Length", "100"}}), std::string(100, 'x'), 30).progress == body_progress::complete);
    CHECK(drip(with({{"Content-Length", "101"}}), std::string(100, 'x'), 30).progress == body_progress::limited);
    CHECK(drip(chunked, "ffffffff\r\n" + std::string(200, 'x'), 11).progress == body_progress::limited);
    std::string endless;
    for (int i = 0; i < 3000; ++i)
        endless += "1\r\nx\r\n";
    CHECK(drip(chunked, endless, 1000, 100000).progress == body_progress::failed);
    std::string small;
    for (int i = 0; i < 3000; ++i)
        small += "8\r\n12345678\r\n";
    CHECK(drip(chunked, small + "0\r\n\r\n", 1000, 100000).progress == body_progress::complete);
    CHECK(drip(chunked, "1;" + std::string(5000, 'x'), 100).progress == body_progress::failed);
    CHECK(drip(chunked, "1;" + std::string(5000, 'x'), 10000).progress == body_progress::failed);
}
