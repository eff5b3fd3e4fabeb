// Answers to polls as gzip: which, and for whom. Is empty without zlib.
#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/server/server_options.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <zlib.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

using socketio::server_options;
using support::http_caller;
using support::http_reply;
using support::polling_target;
using support::with_sid;

namespace {
namespace gzip {

// What is not a whole gzip body is "broken".
std::string unpacked(std::string const& body)
{
    z_stream stream{};
    std::string out(1 << 20, '\0');
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    bool const whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return whole ? out : "broken";
}

constexpr std::string_view accepted = "Accept-Encoding: gzip, deflate, br\r\n";
std::string const news(2000, 'x');
std::string const packet = R"(42["news",")" + news + R"("])";

// A client over polling, of which the server's socket is kept.
struct house : support::server_fixture {
    explicit house(server_options options = {}) : server_fixture{std::move(options)}
    {
        io.on("connection", [this](socketio::server_socket arrived) { socket.emplace(std::move(arrived)); });
        target = with_sid(polling_target, support::sid_in(caller.get(polling_target, accepted).body));
        caller.post(target, "40");
        caller.get(target);
    }
    http_reply poll(std::string_view headers = accepted)
    {
        until([this] { return context.poll() == 0; });
        return caller.get(target, headers);
    }

    http_caller caller{context, io.port()};
    std::string target;
    std::optional<socketio::server_socket> socket;
};

void check_plain(http_reply const& reply, std::string_view body = packet)
{
    CHECK(reply.header("Content-Encoding").empty());
    CHECK(reply.body == body);
}
void check_packed(http_reply const& reply, std::string_view body = packet)
{
    CHECK(reply.header("Content-Encoding") == "gzip");
    CHECK(reply.header("Content-Type") == "text/plain; charset=UTF-8");
    CHECK(reply.body.size() < 200);
    CHECK(unpacked(reply.body) == body);
}

} // namespace gzip
} // namespace

TEST_CASE("a long answer to a poll is gzip, for who reads that")
{
    gzip::house house;
    for (char const* const accepted : {"gzip", "deflate, gzip", "br,GZIP,*", "gzip ,x"}) {
        house.socket->emit("news", gzip::news);
        gzip::check_packed(house.poll("Accept-Encoding: " + std::string{accepted} + "\r\n"));
    }
    for (char const* const other : {"deflate", "gzip;q=0", "x-gzip", "identity", "", "br", "notgzip, gzipped"}) {
        house.socket->emit("news", gzip::news);
        gzip::check_plain(house.poll("Accept-Encoding: " + std::string{other} + "\r\n"));
    }
    house.socket->emit("news", gzip::news);
    gzip::check_plain(house.poll(""));
}

TEST_CASE("a short answer is not, nor is any where it is switched off")
{
    gzip::house usual;
    usual.socket->emit("news", "short");
    gzip::check_plain(usual.poll(), R"(42["news","short"])");

    gzip::house eager{{.httpCompression = {.threshold = 10}}};
    eager.socket->emit("news", "short");
    CHECK(gzip::unpacked(eager.poll().body) == R"(42["news","short"])");

    gzip::house off{{.httpCompression = {.enabled = false}}};
    off.socket->emit("news", gzip::news);
    gzip::check_plain(off.poll());
}

TEST_CASE("what its sender does not want compressed is not, unless something else of the same answer is")
{
    gzip::house house;
    house.socket->compress(false).emit("news", gzip::news);
    gzip::check_plain(house.poll());
    house.io.compress(false).emit("news", gzip::news);
    gzip::check_plain(house.poll());
    house.io.compress(true).emit("news", gzip::news);
    gzip::check_packed(house.poll());
    house.socket->compress(false).emit("news", gzip::news);
    house.socket->emit("news", "short");
    gzip::check_packed(house.poll(), support::payload_of({gzip::packet, R"(42["news","short"])"}));
    house.socket->compress(false).emit("news", gzip::news); // what was said before does not count
    gzip::check_plain(house.poll());
}

TEST_CASE("an answer that does not get smaller is gzip all the same, and bytes are")
{
    gzip::house house;
    std::string noise;
    for (unsigned i = 1; noise.size() < 3000; i = i * 1103515245u + 12345u)
        noise += static_cast<char>('a' + i / 65536 % 26);
    house.socket->emit("news", noise);
    CHECK(gzip::unpacked(house.poll().body) == R"(42["news",")" + noise + R"("])");
    house.socket->emit("news", socketio::bytes(3000));
    CHECK(gzip::unpacked(house.poll().body) ==
          support::payload_of({R"(451-["news",{"_placeholder":true,"num":0}])", "b" + std::string(4000, 'A')}));
}

#endif
