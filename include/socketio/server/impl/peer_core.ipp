// Passes packets to sockets, and those of the sockets to the session.
#pragma once

#include <socketio/core/ascii.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/server/engine_session.hpp>
#include <socketio/server/peer_core.hpp>
#include <socketio/server/server_options.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL std::shared_ptr<peer_core> peer_core::make(std::shared_ptr<peer_owner> const& owner,
                                                             std::shared_ptr<engine_session> const& session)
{
    auto made = std::make_shared<peer_core>(owner, session);
    made->connect_deadline_ = limit_after(made->lane_.time(), owner->settings().connectTimeout);
    session->attach(made);
    made->lane_.arm();
    return made;
}

inline handshake handshake_of(http_request const& request)
{
    string_pairs headers;
    for (auto const& [name, text] : request.headers)
        headers.emplace_back(ascii_lower_case(name), text);
    handshake made{.headers = std::move(headers), .query = parse_query(request.query(), true)};
    made.address = request.address;
    made.xdomain = !made.header("origin").empty();
    made.secure = request.secure;
    made.url = request.target;
    return made;
}

// The limit holds for the text and for each attachment, since each is a message, as in the reference.
inline packet_limits limits_of_packets(server_options const& settings) noexcept
{
    packet_limits made{.attachments = settings.attachments, .json = {.depth = settings.json_depth}};
    std::uint64_t const messages = made.attachments + std::uint64_t{1};
    if (messages != 0 && settings.maxHttpBufferSize < made.size / messages)
        made.size = settings.maxHttpBufferSize * messages;
    return made;
}

SOCKETIO_DECL peer_core::peer_core(std::shared_ptr<peer_owner> const& owner,
                                   std::shared_ptr<engine_session> const& session)
    : request_{session->request()}, handshake_{handshake_of(request_)}, sid_{session->sid()},
      transport_{session->transport().data()},
      namespace_limit_{owner->settings().namespaces}, waiting_limit_{owner->settings().waiting_limit},
      send_limit_{owner->settings().send_limit}, lane_{*this, session->serial(), 4 * 1024},
      session_{session}, owner_{owner}, decoder_{limits_of_packets(owner->settings()), owner->settings().parser},
      sends_binary_{decoder_.parser() && !decoder_.parser()->is_text()}
{
}

SOCKETIO_DECL peer_core::~peer_core() = default;

// Unfinished work ends with the connection. The work of its end is done in the turn that follows.
SOCKETIO_DECL void peer_core::on_recover()
{
    open_ = false;
    if (!leaving_ && !closing_)
        session_->abort(disconnect_reason::transport_error, make_error_code(std::errc::not_enough_memory));
}

SOCKETIO_DECL void peer_core::on_turn()
{
    go_down();
}

SOCKETIO_DECL void peer_core::on_turn_end()
{
    session_->flush();
    counts_.unsent.store(session_->unsent(), std::memory_order_relaxed);
    counts_.sockets.store(sockets_.size(), std::memory_order_relaxed);
}

SOCKETIO_DECL bool peer_core::send(encoded_packet const& packet, send_flags flags)
{
    return send(packet.text.view(), packet.attachments.views(), flags);
}

SOCKETIO_DECL bool peer_core::send(std::string_view text, std::span<bytes_view const> attachments, send_flags flags)
{
    if (!open_)
        return false;
    engine_session& session = *session_;
    if (flags.is_volatile && !session.is_writable()) {
        count(counts_.dropped);
        return false;
    }
    std::size_t const before = session.unsent();
    session.send_packet(text, attachments, flags.compress, sends_binary_);
    note_sent(before);
    return true;
}

SOCKETIO_DECL void peer_core::send_control(packet_type type, std::string_view nsp, value const* payload)
{
    byte_buffer text;
    if (auto const ec = encode_control(decoder_.parser(), text, type, nsp, payload))
        defer([self = shared_from_this(), ec] { self->fail(ec); });
    else
        static_cast<void>(send(text.view(), {}, {}));
}

SOCKETIO_DECL void peer_core::on_readable()
{
    lane_.run([this] {
        if (session_)
            session_->receive();
    });
}

SOCKETIO_DECL void peer_core::on_text(std::span<char> text)
{
    if (!open_)
        return;
    packet received;
    lane_.run([&] {
        if (!open_)
            return;
        std::error_code ec;
        if (decoder_.text(text, received, ec))
            on_packet(received);
        else if (ec)
            fail(ec);
    });
    shrink_buffers(text.size(), received);
}

SOCKETIO_DECL void peer_core::on_binary(std::span<char> data)
{
    if (!open_)
        return;
    packet received;
    lane_.run([&] {
        if (!open_)
            return;
        std::error_code ec;
        if (decoder_.binary(data, received, ec))
            on_packet(received);
        else if (ec)
            fail(ec);
    });
    shrink_buffers(data.size(), received);
}

// One large packet must not hold its memory until the client leaves.
SOCKETIO_DECL void peer_core::shrink_buffers(std::size_t message_size, packet const& last)
{
    static constexpr std::size_t kept = 64 * 1024;
    decoder_.shrink_after(message_size, last, kept);
}

// A packet out of order ends the connection (socket.io/lib/client.ts, ondecoded()). The exception is a packet for a
// namespace that this side has left: the client may not know that yet.
SOCKETIO_DECL void peer_core::on_packet(packet const& received)
{
    count(counts_.received);
    auto const found = sockets_.find(received.nsp);
    bool const known = found != sockets_.end();
    if (received.type == packet_type::connect) {
        if (known || connecting_.contains(received.nsp))
            close();
        else
            on_connect(received);
    } else if (!known) {
        if (!left_.contains(received.nsp))
            close();
    } else if (received.type == packet_type::connect_error) {
        close();
    } else {
        auto const socket = found->second;
        socket->on_packet(received);
    }
}

SOCKETIO_DECL void peer_core::on_connect(packet const& received)
{
    std::string const nsp{received.nsp};
    left_.erase(nsp);
    if (sockets_.size() + connecting_.size() + left_.size() >= namespace_limit_) {
        close();
        return;
    }
    connecting_.emplace(nsp, nullptr);
    connect_to_namespace(nsp, received.has_payload ? received.payload.to_value() : value{object{}});
}

SOCKETIO_DECL void peer_core::connect_to_namespace(std::string const& nsp, value auth)
{
    owner_->find(nsp, std::move(auth), shared_from_this());
}

SOCKETIO_DECL void peer_core::refuse(std::string_view nsp, std::string_view reason, value const& data)
{
    decided(nsp);
    if (owner_->settings().log)
        defer([owner = owner_, text = std::string{nsp} + " refused " + handshake().address + ": " +
                                      std::string{reason}] { owner->log(log_level::info, "socket", text); });
    object error{{"message", std::string{reason}}};
    if (data.type() != value_type::null)
        error.append("data", data);
    value const payload{std::move(error)};
    send_control(packet_type::connect_error, nsp, &payload);
}

SOCKETIO_DECL void peer_core::decided(std::string_view nsp)
{
    if (auto const found = connecting_.find(nsp); found != connecting_.end())
        connecting_.erase(found);
}

SOCKETIO_DECL void peer_core::connecting(std::shared_ptr<peer_socket> socket)
{
    std::string const name = socket->namespace_name();
    connecting_.insert_or_assign(name, std::move(socket));
}

SOCKETIO_DECL void peer_core::joined(std::shared_ptr<peer_socket> socket)
{
    auto const& name = socket->namespace_name();
    sockets_.insert_or_assign(name, socket);
    decided(name);
    connect_deadline_ = clock::never();
}

SOCKETIO_DECL void peer_core::note_leaving(peer_socket const& socket)
{
    auto const found = sockets_.find(socket.namespace_name());
    if (found != sockets_.end() && found->second.get() == &socket)
        left_.insert(found->first);
}

SOCKETIO_DECL void peer_core::left(peer_socket const& socket) noexcept
{
    auto const found = sockets_.find(socket.namespace_name());
    if (found != sockets_.end() && found->second.get() == &socket)
        sockets_.erase(found);
}

SOCKETIO_DECL void peer_core::disconnect_all()
{
    auto const all = sockets_;
    for (auto const& each : all)
        each.second->leave(disconnect_reason::server_namespace_disconnect);
    close();
}

// Reports the error to every socket, and then ends the connection.
SOCKETIO_DECL void peer_core::fail(std::error_code ec)
{
    for (auto const& each : sockets_)
        each.second->on_parse_error(ec);
    if (std::exchange(open_, false))
        session_->close(disconnect_reason::forced_close, ec);
}

SOCKETIO_DECL void peer_core::close()
{
    if (std::exchange(open_, false))
        session_->close(disconnect_reason::forced_close, make_error_code(error::stopped));
}

SOCKETIO_DECL void peer_core::on_upgraded()
{
    transport_.store(session_->transport().data(), std::memory_order_relaxed);
    lane_.run([this] { dispatch("upgrade", transport()); });
}

// `about` outlives the turn.
SOCKETIO_DECL void peer_core::dispatch(std::string_view event, std::string_view about)
{
    if (connection_events_.untouched())
        return;
    std::list<unique_function<void()>> steps;
    for (auto const& each : connection_events_.listeners_of(event))
        steps.push_back([this, each, about] {
            connection_call call;
            call.about = about;
            connection_events_.call_one(each, call);
        });
    defer(std::move(steps));
}

SOCKETIO_DECL client_snapshot peer_core::snapshot() const noexcept
{
    auto const get = [](std::atomic<std::size_t> const& one) { return one.load(std::memory_order_relaxed); };
    return {get(counts_.sockets), get(counts_.received), get(counts_.sent), get(counts_.dropped), get(counts_.unsent)};
}

} // namespace socketio::detail
