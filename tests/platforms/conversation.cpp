// One program for every platform: a server and clients of it talk to each other, and what differs between systems is
// tried once. It needs no test framework and no other program; windows.h comes first, with its macros.
#if defined(_WIN32)
#include <winsock2.h>
#include <windows.h>
#endif

#include <socketio/socketio.hpp>
#include <socketio/static_files.hpp>

#if defined(SOCKETIO_USE_BOOST_ASIO)
#include <boost/asio/io_context.hpp>
namespace asio = boost::asio;
#else
#include <asio/io_context.hpp>
#endif

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if defined(_WIN32) && !defined(ERROR)
#error "a macro of windows.h got lost"
#endif

namespace {

using namespace std::chrono_literals;

int failures = 0;

void check(std::string_view behaviour, bool holds)
{
    std::cout << (holds ? "ok      " : "FAILED  ") << behaviour << std::endl;
    failures += holds ? 0 : 1;
}

// The limits only end a program that has failed.
void check_until(asio::io_context& context, std::string_view behaviour, std::function<bool()> const& holds)
{
    for (int turns = 0; turns != 100000 && !holds() && context.run_one_for(30s) != 0; ++turns)
        continue;
    check(behaviour, holds());
}

struct guest {
    guest(asio::io_context& context, std::string const& url, std::string room)
        : socket{socketio::io(context, url, careful())}
    {
        socket.on("connect", [this, room] { socket.emit("enter", room); });
        socket.on("note", [this](std::string text) { notes += text; });
    }

    static socketio::options careful()
    {
        socketio::options result{.forceNew = true, .reconnectionDelay = 10ms};
        result.network.keep_alive = {.idle = 60s, .interval = 10s};
        return result;
    }

    socketio::socket socket;
    std::string notes{};
};

struct house {
    explicit house(asio::io_context& within) : context{within} { open(0); }

    void open(std::uint16_t port)
    {
        io.emplace(context, port);
        io->on("connection", [this](socketio::server_socket socket) {
            socket.on("enter", [this, socket](std::string room) {
                socket.join(room);
                ++entered;
            });
            socket.on("sum", [](std::vector<int> terms, socketio::ack reply) { reply(terms.at(0) + terms.at(1)); });
            socket.on("echo", [](socketio::bytes data, socketio::ack reply) { reply(data); });
            socket.on("disconnect", [this] { ++left; });
        });
    }
    std::string url(std::string const& host) const { return "http://" + host + ":" + std::to_string(io->port()); }

    asio::io_context& context;
    std::optional<socketio::server> io{};
    int entered = 0, left = 0;
};

socketio::bytes many_bytes()
{
    socketio::bytes result;
    for (int n = 0; n != 100000; ++n)
        result.push_back(static_cast<socketio::bytes::value_type>(n % 251));
    return result;
}

// Events, acknowledgements, binary data and rooms, and a restart of the server that both clients live through.
void converse()
{
    asio::io_context context;
    house server{context};
    guest ada{context, server.url("127.0.0.1"), "kitchen"}, bob{context, server.url("localhost"), "attic"};
    check_until(context, "two clients connect, by an address and by a name, with keep-alive", [&] { return server.entered == 2; });

    int sum = 0;
    ada.socket.emit("sum", std::vector<int>{20, 22}, [&](int total) { sum = total; });
    check_until(context, "an event is acknowledged", [&] { return sum == 42; });

    ada.socket.emitWithAck<int>("sum", std::vector<int>{1, 2}, [&](std::error_code ec, int total) { sum = ec ? -1 : total; });
    check_until(context, "a completion token gets the answer", [&] { return sum == 3; });

    socketio::bytes echoed;
    socketio::bytes const sent = many_bytes();
    ada.socket.emit("echo", sent, [&](socketio::bytes data) { echoed = std::move(data); });
    check_until(context, "binary data comes back as it went", [&] { return echoed == sent; });

    server.io->to("kitchen").emit("note", "for the kitchen, ");
    server.io->emit("note", "for all");
    check_until(context, "a room's events reach its members", [&] { return ada.notes == "for the kitchen, for all"; });
    check_until(context, "a room's events reach no others", [&] { return bob.notes == "for all"; });

    std::uint16_t const port = server.io->port();
    server.io->close([&](std::error_code) { server.open(port); });
    check_until(context, "both clients come back to a server that was restarted", [&] { return server.entered == 4; });

    ada.socket.disconnect();
    bob.socket.disconnect();
    check_until(context, "the server sees its clients go", [&] { return server.left == 4; });
    server.io.reset();
    context.run();
    check("nothing is left to do", true);
}

// Plain WebSockets, text and binary.
void echo_messages()
{
    asio::io_context context;
    socketio::websocket_server server{context, 0};
    server.on_connection([](socketio::websocket peer, socketio::websocket_request const&) {
        peer.on_message([peer](socketio::websocket_message const& m) mutable { m.is_text() ? peer.send(m.text()) : peer.send(m.data()); });
    });
    socketio::websocket socket{context, "ws://127.0.0.1:" + std::to_string(server.port())};
    std::string text;
    std::optional<socketio::websocket_close> end;
    socket.on_open([&] { socket.send("a message"); });
    socket.on_message([&](socketio::websocket_message const& m) { text = m.text(), socket.close(); });
    socket.on_close([&](socketio::websocket_close const& how) { end = how; });
    check_until(context, "a WebSocket message comes back, and the connection closes", [&] { return end.has_value(); });
    check("the message is the one that was sent", text == "a message");
    check("the connection ended in order", end && end->code == 1000);
}

// Without make_error_code() standalone Asio's errors can be compared, and Boost's cannot.
bool is(std::error_code ec, asio::error::basic_errors expected)
{
    return ec == make_error_code(expected);
}

// Errors of the operating system.
void fail()
{
    asio::io_context context;
    std::uint16_t port = 0;
    {
        socketio::server taken{context, 0};
        port = taken.port();
#if SOCKETIO_HAS_EXCEPTIONS
        std::error_code why;
        try {
            socketio::server second{context, port};
        } catch (std::system_error const& e) {
            why = e.code();
        }
        // wine gives the second name to what is the first on Windows.
        check("a port that is taken is told", is(why, asio::error::address_in_use) || is(why, asio::error::access_denied));
#endif
    }
    context.run();
    context.restart();
    auto socket = socketio::io(context, "http://127.0.0.1:" + std::to_string(port), {.reconnection = false});
    std::optional<socketio::connect_error> refused;
    socket.on("connect_error", [&](socketio::connect_error const& e) { refused = e; });
    check_until(context, "nobody listens, and the client is told", [&] { return refused.has_value(); });
    check("the error is a refused connection", refused && is(refused->code(), asio::error::connection_refused));
    if (refused)
        std::cout << "        " << refused->message() << std::endl;
}

std::string body(socketio::file_server const& files, std::string target)
{
    socketio::http_response const answer = files(socketio::http_request{"GET", std::move(target), {}, {}, {}});
    return answer.status == 200 ? answer.body : std::to_string(answer.status);
}

// Names that the system writes in its own way.
void serve_names()
{
    auto const folder = std::filesystem::temp_directory_path() / u8"socketio-hpp-\u4f8b";
    std::filesystem::create_directories(folder / u8"gr\u00fc\u00dfe");
    std::ofstream{folder / u8"gr\u00fc\u00dfe" / u8"\u65e5\u672c.txt", std::ios::binary} << "hello\n";
    std::ofstream{folder / "index.html", std::ios::binary} << "top\n";
    auto const files = socketio::serve_files(folder);
    check("a folder is served", body(files, "/") == "top\n");
    check("names in a URL are UTF-8", body(files, "/gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC.txt") == "hello\n");
    check("names that are not UTF-8 are not found", body(files, "/%FF%FE.txt") == "404");
    for (auto const* each : {"/C:/windows/win.ini", "/C:", "/C%3Awindows", "/..%5Cindex.html", "/gr%C3%BC%C3%9Fe%5C..%5Cindex.html"})
        check(std::string{each} + " is not found", body(files, each) == "404");
#if defined(_WIN32)
    for (auto const* each : {"/index.html::$DATA", "/index.html:stream", "/index.html.", "/index.html%20", "/NUL", "/CON"})
        check(std::string{each} + " is not found", body(files, each) == "404");
    check("letters are the same in both cases", body(files, "/INDEX.html") == "top\n");
#endif
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

} // namespace

int main()
{
    converse();
    echo_messages();
    fail();
    serve_names();
    std::cout << (failures == 0 ? "all as it should be" : "NOT as it should be") << std::endl;
    return failures == 0 ? 0 : 1;
}
