// Conversations that are recorded in one world and replayed in another.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;

namespace recording_tests {
namespace {

using socketio::testing::recorder;
using socketio::testing::recording;
using socketio::testing::replay;
using socketio::testing::world;

// What a client of the library does, and what it sees of the server.
std::vector<std::string> converse(world& in, socketio::options settings)
{
    std::vector<std::string> seen;
    settings.reconnection = false;
    settings.auth = socketio::object{{"token", "geheim"}, {"name", "Ada"}};
    auto socket = socketio::io(in.context(), "http://server/?room=7", std::move(settings));
    bool over = false;
    socket.on("connect", [&] { seen.push_back("connect " + socket.id()); });
    socket.on("news", [&](int number, std::string text, socketio::bytes data) {
        seen.push_back(std::to_string(number) + text + std::to_string(data.size()));
    });
    socket.on("question", [&](std::string text, socketio::ack answer) {
        seen.push_back(text);
        answer("42", socketio::bytes(2));
    });
    socket.on("answered", [&](std::string text) { seen.push_back("answered " + text); });
    socket.on("disconnect", [&](std::string_view why) {
        seen.emplace_back(why);
        over = true;
    });
    socket.emit("ignored", 1, [](std::string) {});
    socket.emit("sum", 1, 2, [&](int sum) { seen.push_back("sum " + std::to_string(sum)); });
    socket.emit("picture", socketio::bytes(3), [&](socketio::bytes data) {
        seen.push_back("picture " + std::to_string(data.size()));
        socket.emit("leave");
    });
    in.run_until([&] { return over; });
    in.run();
    return seen;
}

void serve(socketio::server& io)
{
    io.on("connection", [](socketio::server_socket socket) {
        socket.emit("news", 7, "two", socketio::bytes(5));
        socket.on("sum", [](int a, int b, socketio::ack reply) { reply(a + b); });
        socket.on("picture", [](socketio::bytes data, socketio::ack reply) { reply(std::move(data)); });
        socket.on("leave", [socket] {
            socket.emit("question", "how much?", [socket](std::string text, socketio::bytes const&) {
                socket.emit("answered", text);
                socket.disconnect(true);
            });
        });
    });
}

struct recorded {
    std::string file;
    std::vector<std::string> seen;
};

recorded record(std::vector<std::string> transports, std::uint64_t seed = 1, bool pings = false)
{
    world here{seed};
    serve(here.server("server", {.pingInterval = pings ? 300ms : 25000ms}));
    here.links().latency(pings ? 50ms : 10ms);
    std::ostringstream file;
    recorder to{here.context().get_executor(), file};
    socketio::options settings{.transports = std::move(transports)};
    settings.network = to.network(here.network("client"));
    recorded made;
    made.seen = converse(here, std::move(settings));
    to.stop();
    CHECK(to.failure() == "");
    made.file = file.str();
    return made;
}

std::vector<std::vector<std::string>> all_transports()
{
    return {{"websocket"}, {"polling"}, {"polling", "websocket"}};
}

TEST_CASE("what was recorded is replayed without the server, in another world with other keys and masks")
{
    for (auto const& transports : all_transports())
        for (std::uint64_t const seed : {1u, 2u}) {
            auto const before = record(transports);
            CAPTURE(before.file);
            REQUIRE(before.seen.size() >= 7);
            CHECK(before.seen.back() == "io server disconnect");
            CHECK(record(transports).file == before.file);
            world here{seed};
            replay server{here, "server", recording::parse(before.file)};
            auto const seen = converse(here, here.options({.transports = transports}));
            CHECK(server.failure() == "");
            here.run_until([&] { return server.done(); });
            CHECK(seen == before.seen);
        }
}

TEST_CASE("a slower world, and pings in between")
{
    for (auto const& transports : all_transports()) {
        auto const before = record(transports, 1, true);
        CAPTURE(before.file);
        for (auto const latency : {0ms, 200ms}) {
            world here{7};
            here.links().latency(latency).slice(100);
            replay server{here, "server", recording::parse(before.file)};
            CHECK(converse(here, here.options({.transports = transports})) == before.seen);
            here.run_until([&] { return server.done(); });
        }
    }
}

TEST_CASE("secrets are not in the file, and compare as equal")
{
    auto const before = record({"polling", "websocket"});
    CHECK(before.file.find("geheim") == std::string::npos);
    CHECK(before.file.find(R"(40{\"token\":\"***\",\"name\":\"Ada\"})") != std::string::npos);
    CHECK(before.file.starts_with(R"({"recording":"socketio","version":1,"secrets":["auth","cookie","key",)"));
}

std::string failure_of(std::string const& file, socketio::testing::replay_options how, auto act)
{
    world here;
    replay server{here, "server", recording::parse(file, "talk.jsonl"), how};
    auto socket = here.client("http://server", {.transports = {"websocket"}, .reconnection = false});
    act(socket);
    std::string thrown;
    try {
        here.run_until([&] { return server.done(); });
    } catch (socketio::testing::failure const& failed) {
        thrown = failed.what();
    }
    CHECK(thrown.starts_with(server.failure()));
    return server.failure();
}

constexpr std::string_view talk =
    R"({"recording":"socketio","version":1,"secrets":["token"]}
{"at":0.1,"from":"client","exchange":1,"request":"GET /socket.io/?EIO=4&transport=websocket","headers":[]}
{"at":0.1,"from":"server","exchange":1,"answer":101,"reason":"Switching Protocols","headers":[["X-Server","a"]]}
{"at":0.2,"from":"server","exchange":1,"text":"0{\"sid\":\"S\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}"}
{"at":0.2,"from":"client","exchange":1,"text":"40"}
{"at":0.3,"from":"server","exchange":1,"text":"40{\"sid\":\"T\"}"}
{"at":0.4,"from":"client","exchange":1,"text":"420[\"a\",{\"token\":\"***\"}]"}
{"at":0.4,"from":"client","exchange":1,"text":"42[\"b\",2]","means":"event \"b\" 2"}
{"at":1.5,"from":"server","exchange":1,"text":"430[\"done\"]"}
)";

TEST_CASE("ids of acknowledgements are mapped")
{
    std::string file{talk};
    file.replace(file.find("420["), 4, "425[");
    file.replace(file.find("430["), 4, "435[");
    world here;
    replay server{here, "server", recording::parse(file)};
    auto socket = here.client("http://server", {.transports = {"websocket"}});
    std::string answer;
    socket.emit("a", socketio::object{{"token", "x"}}, [&](std::string of) { answer = of; });
    socket.emit("b", 2);
    here.run_until([&] { return server.done(); });
    here.run();
    CHECK(answer == "done");
    CHECK(here.now() == 1300ms); // of the server's pauses; the client made none
}

TEST_CASE("a replay that meets something else says in which line, what was recorded, and what came")
{
    auto const a = [](socketio::socket& of) { of.emit("a", socketio::object{{"token", "x"}}, [](std::string) {}); };
    using socket = socketio::socket;
    CHECK(failure_of(std::string{talk}, {}, [&](socket& of) { a(of), of.emit("b", 2); }) == "");
    CHECK(failure_of(std::string{talk}, {}, [&](socket& of) { a(of), of.emit("b", 2.5); }) ==
          R"(talk.jsonl:8: recorded event "b" 2, but came event "b" 2.5)");
    CHECK(failure_of(std::string{talk}, {}, [&](socket& of) { of.emit("b", 2), a(of); }) ==
          R"(talk.jsonl:7: recorded event "a" {"token": ***} wants ack 0, but came event "b" 2)");
    CHECK(failure_of(std::string{talk}, {.strict = false}, [&](socket& of) { of.emit("b", 2), a(of); }) == "");
    CHECK(failure_of(std::string{talk}, {.patience = 3s}, [&](socket& of) { a(of); }) ==
          R"(talk.jsonl:8: recorded event "b" 2, but nothing came)");
    CHECK(failure_of(std::string{talk}, {}, [&](socket& of) { a(of), of.emit("b", 2), of.emit("c"); }) ==
          R"(talk.jsonl: behind the last line of the client came event "c")");
}

TEST_CASE("the client leaves before it is due, and asks for something else")
{
    {
        world here;
        replay server{here, "server", recording::parse(talk, "talk.jsonl")};
        auto socket = here.client("http://server", {.transports = {"websocket"}});
        socket.on("connect", [&] { socket.disconnect(); });
        CHECK(here.eventually([&] { return !server.failure().empty(); }, 1s));
        CHECK(
            server.failure() == R"(talk.jsonl:7: recorded event "a" {"token": ***} wants ack 0, but came disconnect)");
    }
    world here;
    replay server{here, "server", recording::parse(talk, "talk.jsonl")};
    auto socket = here.client("http://server", {.transports = {"polling"}});
    here.run_until([&] { return !server.failure().empty(); });
    CHECK(server.failure().starts_with("talk.jsonl:2: recorded GET /socket.io/?EIO=4&transport=websocket, but came GET "
                                       "/socket.io/?EIO=4&transport=polling"));
}

TEST_CASE("a file that is none, or has a line that cannot be, is refused with the line")
{
    auto const why = [](std::string_view text) -> std::string {
        try {
            static_cast<void>(recording::parse(text, "x"));
        } catch (socketio::testing::failure const& failed) {
            return failed.what();
        }
        return "fine";
    };
    std::string const head = R"({"recording":"socketio","version":1,"secrets":[]})"
                             "\n";
    std::string const request = R"({"at":0,"from":"client","exchange":1,"request":"GET /","headers":[]})"
                                "\n";
    CHECK(why(head) == "fine");
    CHECK(why(head + request) == "fine");
    CHECK(why("") == "x is empty");
    CHECK(why("hello") == "x:1: the line is no object of JSON");
    CHECK(why("{}") == "x:1: this is no recording");
    CHECK(why(R"({"recording":"socketio","version":2,"secrets":[]})") == "x:1: a recording of another version");
    CHECK(why(head + "[]") == "x:2: the line is no object of JSON");
    CHECK(why(head + request + "\n") == "x:3: the line is no object of JSON");
    CHECK(why(head + R"({"error":"no disk"})") == "x:2: the recorder has given up: no disk");
    auto const line = [&](std::string_view members) {
        return why(head + request + R"({"at":1,"from":"server","exchange":1,)" + std::string{members} + "}");
    };
    CHECK(line(R"("text":"2")") == "fine");
    CHECK(line(R"("text":7)") == "x:3: \"text\" cannot be 7");
    CHECK(line(R"("text":"2","pong":"")") == "x:3: \"pong\" is unknown here");
    CHECK(line(R"("what":"2")") ==
          "x:3: the line says nothing that is known: request, answer, text, binary, close, ping, pong, end");
    CHECK(line(R"("binary":"?")") == "x:3: \"binary\" is not base64");
    CHECK(line(R"("answer":99,"headers":[])") == "x:3: \"answer\" is no answer of a server");
    CHECK(line(R"("answer":200)") == "x:3: \"headers\" is missing");
    CHECK(line(R"("request":"GET /","headers":[])") == "x:3: \"request\" is no request of a client");
    CHECK(why(head + R"({"at":-1,"from":"client","exchange":1,"text":""})") == "x:2: \"at\" is no time");
    CHECK(why(head + R"({"at":1,"from":"me","exchange":1,"text":""})") ==
          "x:2: \"from\" is neither \"client\" nor \"server\"");
    CHECK(
        why(head + R"({"at":1,"from":"client","exchange":1,"text":""})") == "x:2: \"exchange\" has no request, or two");
    CHECK(why(head + request + request) == "x:3: \"exchange\" has no request, or two");
    CHECK(why(head + R"({"at":1,"from":"client","exchange":1,"request":"GET /","headers":[]})" + "\n" +
              R"({"at":0.5,"from":"client","exchange":1,"text":""})") == "x:3: the time goes back");
    CHECK_THROWS_WITH(static_cast<void>(recording::read("/nowhere/at all")), "cannot read /nowhere/at all");
    CHECK_THROWS_WITH((recorder{world{}.context(), "/nowhere/at all"}), "cannot write /nowhere/at all");
}

TEST_CASE("https cannot be recorded, and says so")
{
    world here;
    std::ostringstream file;
    recorder to{here.context().get_executor(), file};
    std::error_code why;
    to.network(here.network())
        .stream_factory({.host = "server", .port = 443, .secure = true},
            [&](std::error_code ec, std::shared_ptr<socketio::byte_stream> const&) { why = ec; });
    CHECK(why == std::errc::protocol_not_supported);
    CHECK(to.failure() == "https and wss cannot be recorded: TLS lies above the stream");
    CHECK_THROWS_WITH(static_cast<void>(recording::parse(file.str(), "x")),
        "x:2: the recorder has given up: https and wss cannot be recorded: TLS lies above the stream");
}

TEST_CASE("refusals, a lost connection and the next attempt are replayed, too")
{
    auto const run = [](world& in, socketio::options settings) {
        std::vector<std::string> seen;
        auto socket = socketio::io(in.context(), "http://server", std::move(settings));
        socket.on("connect", [&] { seen.emplace_back("connect"); });
        socket.on("disconnect", [&](std::string_view why) { seen.emplace_back(why); });
        socket.on("connect_error", [&](socketio::connect_error const& why) { seen.push_back(why.message()); });
        in.advance(20s);
        return seen;
    };
    for (auto const& transports : all_transports()) {
        world first;
        serve(first.server());
        first.links().refuse(503, 1, {{"Retry-After", "2"}});
        first.after(5s, [&] { first.links().reset(); });
        std::ostringstream file;
        recorder to{first.context().get_executor(), file};
        socketio::options settings{.transports = transports, .randomizationFactor = 0};
        settings.network = to.network(first.network());
        auto const before = run(first, settings);
        to.stop();
        CAPTURE(file.str());
        REQUIRE(before.size() >= 3); // with another transport the first attempt goes on
        world second;
        replay server{second, "server", recording::parse(file.str())};
        auto const seen = run(second, second.options({.transports = transports, .randomizationFactor = 0}));
        CHECK(server.failure() == "");
        CHECK(seen == before);
    }
}

} // namespace
} // namespace recording_tests
