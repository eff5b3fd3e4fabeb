#include "hostile_client_fixture.hpp"

#include <socketio/wire/frame.hpp>

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <span>
#include <stdexcept>
#include <utility>

namespace hostile {

using socketio::server_socket;

std::string masked_frame(unsigned first, std::string_view payload)
{
    char bytes[socketio::detail::max_frame_header];
    socketio::detail::frame_header const header{.masked = true, .length = payload.size()};
    std::string made{bytes, socketio::detail::write_header(bytes, header)};
    made[0] = static_cast<char>(static_cast<unsigned char>(first));
    return made.append(payload);
}

std::string repeated_to(std::string_view what, std::size_t size)
{
    std::string all;
    all.reserve(size + what.size());
    while (all.size() < size)
        all += what;
    return all;
}

namespace {

// A limit of time that a test leaves as it is never runs out: megabytes in small pieces may take longer than it on a
// busy machine, with sanitizers above all.
socketio::server_options patient(socketio::server_options options)
{
    socketio::server_options const usual;
    auto const lengthen = [](std::chrono::milliseconds& limit, std::chrono::milliseconds as_usual) {
        if (limit == as_usual)
            limit = std::chrono::minutes{30};
    };
    lengthen(options.pingInterval, usual.pingInterval);
    lengthen(options.upgradeTimeout, usual.upgradeTimeout);
    lengthen(options.connectTimeout, usual.connectTimeout);
    lengthen(options.http.request_timeout, usual.http.request_timeout);
    lengthen(options.http.idle_timeout, usual.http.idle_timeout);
    return options;
}

} // namespace

hostile_client_fixture::hostile_client_fixture(socketio::server_options options)
    : server_fixture{patient(std::move(options))}
{
    io.on("connection", [this](server_socket socket) {
        socket.on("echo", [](std::string text, socketio::ack reply) { reply(text); });
        socket.onAny([this](std::string_view event) { heard.note("event " + std::string{event}); });
        socket.on("disconnect", support::note_text(heard, "disconnect"));
    });
    io.engine().on("connection_error",
        [this](socketio::connection_failure const& why) { heard.note("refused " + std::to_string(why.code)); });
    honest = guest();
    if (!serves())
        throw std::runtime_error("the honest client was never served");
    heard.clear();
    before = {};
}

bool hostile_client_fixture::serves()
{
    std::string back;
    honest.emit("echo", "still there", [&](std::string const& text) { back = text; });
    return until([&] { return !back.empty(); }) && back == "still there" && honest.connected();
}

bool hostile_client_fixture::admits()
{
    auto another = client();
    bool const admitted = until([&] { return another.connected(); });
    another.disconnect();
    return admitted;
}

bool hostile_client_fixture::is_alone()
{
    return until([this] {
        auto const now = io.snapshot();
        return now.sessions == 1 && now.connections == 1;
    });
}

void hostile_client_fixture::check(std::size_t bound)
{
    CHECK(before.peak() <= bound);
    CHECK(serves());
    CHECK(admits());
    CHECK(is_alone());
}

namespace {

using event_kind = socketio::detail::websocket_event::kind;

std::string in_words(socketio::detail::websocket_event const& event)
{
    std::string const payload{event.payload.data(), event.payload.size()};
    switch (event.type) {
    case event_kind::text: return payload;
    case event_kind::binary: return "binary " + payload;
    case event_kind::ping: return "ping " + payload;
    case event_kind::pong: return "pong " + payload;
    case event_kind::close: return "close " + std::to_string(event.code);
    case event_kind::failed: return "failed: " + event.error.message();
    case event_kind::none: break;
    }
    return {};
}

} // namespace

std::string ws_caller::next()
{
    std::string said;
    std::string& bytes = line_.received();
    auto const take = [&] {
        std::span<char> rest{bytes};
        said = in_words(frames_.next(rest));
        bytes.erase(0, bytes.size() - rest.size());
        answer_close();
        return !said.empty();
    };
    if (!support::run_until(context_, [&] { return take() || line_.ended(); }))
        throw std::runtime_error("the server says nothing");
    if (said.starts_with("close") && !line_.ended())
        send(masked_frame(0x88, {})); // the server would wait for it
    return said.empty() && !take() ? "end" : said;
}

void ws_caller::answer_close()
{
    if (frames_.close_sent())
        line_.send(frames_.output().view());
    frames_.output().clear();
}

std::string ws_caller::rest()
{
    std::string all = next();
    for (std::string last = all; last != "end"; all += " | " + last)
        last = next();
    return all;
}

silent_caller::silent_caller(hostile_client_fixture& at, std::string_view target) : at_{at}, socket_{at.context}
{
    socket_.connect({asio::ip::address_v4::loopback(), at.io.port()});
    send(get_request(target, upgrade_headers));
}

void silent_caller::send(std::string_view bytes)
{
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()));
}

std::error_code silent_caller::flood(std::string_view bytes, std::size_t bound)
{
    std::error_code result;
    for (std::size_t sent = 0; sent < bound && !result; sent += bytes.size()) {
        bool done = false;
        asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), [&](std::error_code ec, std::size_t) {
            result = ec;
            done = true;
        });
        if (!at_.until([&] { return done; }))
            throw std::runtime_error("the server does not read");
    }
    return result;
}

poll_caller::poll_caller(hostile_client_fixture& at) : line_{at.call()}
{
    std::string const body = line_.get(polling_target).body;
    sid_ = sid_in(body);
    if (sid_.empty())
        throw std::runtime_error("no session: " + body);
}

} // namespace hostile
