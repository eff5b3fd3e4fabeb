#include <socketio/client.hpp>
#include <socketio/qt.hpp>

#include "run_loop.hpp"
#include "support/server_thread.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>

namespace qt_listeners_tests {

using support::run_loop_until;

// A server that repeats what it hears, and a client whose connection has a thread of its own.
struct echo {
    support::server_thread server{{}};
    socketio::background_context background;
    socketio::socket socket;

    echo()
    {
        server.io().on("connection", [](socketio::server_socket peer) {
            peer.onAny([peer](std::string_view event, socketio::args const& arguments, socketio::ack reply) {
                peer.emit_event(event, socketio::spread(arguments));
                if (reply)
                    reply(socketio::spread(arguments));
            });
        });
        socket = socketio::io(background, server.url());
    }
};

class window : public QObject {
public:
    void take(QString const& text, int number)
    {
        text_ = text;
        number_ = number;
        thread_ = std::this_thread::get_id();
    }
    QString text_;
    int number_ = 0;
    std::thread::id thread_;
};

TEST_CASE("a listener is called on its owner's thread, with Qt's types")
{
    echo with;
    window shown;
    QVariantList all;
    socketio::qt::on(with.socket, "told", &shown, &window::take);
    socketio::qt::onAny(with.socket, &shown, [&](std::string_view event, socketio::args const& arguments) {
        CHECK(event == "told");
        all = *socketio::value{arguments}.get<QVariantList>();
    });
    with.socket.emit_event("told", QString{"text"}, 42, QByteArray{"binary"});
    REQUIRE(run_loop_until([&] { return shown.number_ != 0; }));
    CHECK(shown.text_ == QString{"text"});
    CHECK(shown.number_ == 42);
    CHECK(shown.thread_ == std::this_thread::get_id());
    CHECK(all == QVariantList{"text", 42, QByteArray{"binary"}});
}

TEST_CASE("a listener ends with its owner")
{
    echo with;
    QObject witness;
    auto owner = std::make_unique<QObject>();
    auto const token = std::make_shared<int>(0);
    int seen = 0;
    socketio::qt::on(with.socket, "told", owner.get(), [token] { ++*token; });
    socketio::qt::on(with.socket, "told", &witness, [&] { ++seen; });
    with.socket.emit_event("told");
    REQUIRE(run_loop_until([&] { return seen == 1; }));
    CHECK(*token == 1);
    owner.reset();
    CHECK(token.use_count() == 1);
    CHECK(with.socket.listeners("told").size() == 1);
    with.socket.emit_event("told");
    REQUIRE(run_loop_until([&] { return seen == 2; }));
    CHECK(*token == 1);
}

TEST_CASE("a call that is on its way does not reach an owner that has gone")
{
    echo with;
    QObject witness;
    auto owner = std::make_unique<QObject>();
    int called = 0;
    bool seen = false;
    socketio::qt::on(with.socket, "told", &witness, [&] {
        owner.reset(); // the event below is in the queue, or comes later
        seen = true;
    });
    socketio::qt::on(with.socket, "told", owner.get(), [&] { ++called; });
    with.socket.emit_event("told");
    REQUIRE(run_loop_until([&] { return seen; }));
    bool again = false;
    with.socket.emit_event("last", socketio::qt::bind_owner(&witness, [&] { again = true; }));
    REQUIRE(run_loop_until([&] { return again; }));
    CHECK(called == 0);
}

TEST_CASE("a listener may be taken off before its owner goes, and once is once")
{
    echo with;
    QObject owner;
    int kept = 0;
    int once = 0;
    int off = 0;
    auto const handle = socketio::qt::on(with.socket, "told", &owner, [&] { ++off; });
    socketio::qt::once(with.socket, "told", &owner, [&] { ++once; });
    socketio::qt::on(with.socket, "told", &owner, [&] { ++kept; });
    with.socket.off(handle);
    with.socket.emit_event("told");
    with.socket.emit_event("told");
    REQUIRE(run_loop_until([&] { return kept == 2; }));
    CHECK(once == 1);
    CHECK(off == 0);
}

TEST_CASE("a handler of an acknowledgement comes on its owner's thread, or not at all")
{
    echo with;
    QObject owner;
    auto gone = std::make_unique<QObject>();
    int never = 0;
    QString answer;
    std::thread::id where;
    with.socket.emit_event("ask", "a", socketio::qt::bind_owner(gone.get(), [&](QString) { ++never; }));
    gone.reset();
    with.socket.emit_event("ask", "b", socketio::qt::bind_owner(&owner, [&](std::error_code, QString text) {
        answer = text;
        where = std::this_thread::get_id();
    }));
    REQUIRE(run_loop_until([&] { return !answer.isEmpty(); }));
    CHECK(answer == QString{"b"});
    CHECK(where == std::this_thread::get_id());
    CHECK(never == 0);
}

TEST_CASE("the option callback_executor takes a window's thread for all listeners")
{
    support::server_thread server{{}};
    socketio::background_context background;
    auto shown = std::make_unique<QObject>();
    auto socket = socketio::io(background, server.url(), {.callback_executor = socketio::qt::executor{shown.get()}});
    std::thread::id where;
    socket.on("connect", [&] { where = std::this_thread::get_id(); });
    REQUIRE(run_loop_until([&] { return where != std::thread::id{}; }));
    CHECK(where == std::this_thread::get_id());
    shown.reset(); // before the socket: nothing is called any more
    socket.disconnect();
    QCoreApplication::processEvents();
}

TEST_CASE("a manager's events and a server's sockets have owners, too")
{
    support::server_thread server{{}};
    QObject owner;
    QString told;
    bool opened = false;
    server.io().on("connection", [&](socketio::server_socket peer) {
        socketio::qt::on(peer, "told", &owner, [&](QString text) { told = text; });
        peer.emit_event("ready");
    });
    socketio::background_context background;
    auto socket = socketio::io(background, server.url(), {.autoConnect = false});
    socketio::qt::on(socket.io(), "open", &owner, [&] { opened = true; });
    socketio::qt::on(socket, "ready", &owner, [&] { socket.emit_event("told", QString{"from Qt"}); });
    socket.connect();
    REQUIRE(run_loop_until([&] { return !told.isEmpty(); }));
    CHECK(told == QString{"from Qt"});
    CHECK(opened);
}

} // namespace qt_listeners_tests
