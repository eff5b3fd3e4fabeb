#include "outcome.hpp"

#include <socketio/client.hpp>

#include "support/client.hpp"
#include "support/heap.hpp"
#include "support/hostile_server.hpp"

#include <asio/error.hpp>

#include <optional>
#include <utility>

using namespace std::chrono_literals;

namespace hostile {
namespace {

struct play : support::client_test {
    // What the library told.
    std::string told;
    std::error_code code;
    std::string words;
    int http_status = 0;
    std::uint16_t websocket_code = 0;
    int times_told = 0;
    int answers = 0;

    void follow(socketio::socket& socket)
    {
        socket.on("connect_error", [this](socketio::connect_error const& why) {
            if (++times_told != 1)
                return;
            told = "connect_error";
            code = why.code();
            words = why.message();
            http_status = why.http_status();
        });
        socket.on("disconnect", [this](std::string_view reason, socketio::disconnect_details const& more) {
            if (++times_told != 1)
                return;
            told = "disconnect: " + std::string{reason};
            code = more.code;
            words = more.description;
            websocket_code = more.websocket_code;
        });
        socket.onAny([this](std::string_view event, socketio::args const& args) {
            std::string line{event.substr(0, 40)};
            for (auto const each : args)
                line += ' ' + each.to_json().substr(0, 60);
            line = line.substr(0, 100);
            if (times_told == 0 && heard.count_of("") < 10)
                heard.note(std::move(line));
        });
        socket.on("typed", [this](int, std::string const&) { heard.note("typed well"); });
        socket.on("ask", [](socketio::ack reply) { reply(std::string(100, 'x')); });
        socket.on_error([this](socketio::event_error const& why) { heard.note("on_error " + why.message()); });
        socket.emit("question", [this](std::error_code ec, std::optional<std::string> const& answer) {
            ++answers;
            if (!ec && times_told == 0)
                heard.note("answer " + answer.value_or("none"));
        });
    }

    void check_told(outcome const& expected)
    {
        CHECK(told == expected.told);
        CHECK(code == expected.code);
        CHECK_MESSAGE(words.find(expected.words) != std::string::npos, words);
        CHECK(http_status == expected.http_status);
        CHECK(websocket_code == expected.websocket_code);
        CHECK(heard.text() == expected.heard);
    }

    void check_return(socketio::socket& socket, support::hostile_server const& server)
    {
        REQUIRE(until_connected(socket));
        bool back = false;
        socket.emit("here again", [&back] { back = true; });
        CHECK(until([&back] { return back; }));
        CHECK(server.accepted() == 2);
        CHECK(socket.active());
    }

    void check_no_return(socketio::socket const& socket, support::hostile_server& server)
    {
        CHECK_FALSE(socket.active());
        server.stop_accepting();
        CHECK(idle());
        CHECK(server.accepted() == 1);
    }

    void run(misbehaviour const& script, outcome const& expected, socketio::options const& settings)
    {
        support::hostile_server server{context, script};
        support::heap::mark const before;
        {
            auto socket = socketio::io(context, server.url(), settings);
            follow(socket);
            REQUIRE(until([this] { return times_told != 0; }));
            socket.io().timeout(20s);
            check_told(expected);
            if (expected.returns)
                check_return(socket, server);
            else
                check_no_return(socket, server);
            CHECK(times_told == expected.times);
            CHECK(until([&] { return server.was_cut() || !expected.cut; }));
        }
        server.close();
        CHECK(idle());
        CHECK(answers == 1);
        CHECK(before.peak() <= expected.heap);
    }
};

} // namespace

std::error_code connection_reset()
{
    return asio::error::connection_reset;
}

socketio::options brief(socketio::options from)
{
    from.transports = {"websocket"}; // what the script plays
    from = support::quick(std::move(from));
    from.close_timeout = 20ms;
    return from;
}

void row(std::string const& name, misbehaviour const& script, outcome const& expected, socketio::options settings)
{
    SUBCASE(name.c_str())
    {
        play{}.run(script, expected, settings);
    }
}

} // namespace hostile
