// One client in one namespace: from CONNECT to "disconnect". The order of events is the reference's.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/server/random_id.hpp>
#include <socketio/server/server_socket_core.hpp>
#include <socketio/session/event_names.hpp>
#include <socketio/session/local_event.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <memory>
#include <utility>

namespace socketio::detail {

inline std::string in_words(std::time_t when)
{
    std::tm parts{};
#if defined(_WIN32)
    gmtime_s(&parts, &when);
#else
    gmtime_r(&when, &parts);
#endif
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a %b %d %Y %H:%M:%S GMT+0000", &parts)};
}

inline std::shared_ptr<handshake const> make_handshake(peer_core const& client, value auth, sources const& from)
{
    auto made = std::make_shared<handshake>(client.handshake());
    auto const now = from.wall_now();
    made->auth = std::move(auth);
    made->time = in_words(std::chrono::system_clock::to_time_t(now));
    made->issued = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    return made;
}

SOCKETIO_DECL server_socket_core::server_socket_core(std::shared_ptr<namespace_core> nsp,
                                                     std::shared_ptr<peer_core> client, value auth,
                                                     std::optional<adapter_session> session)
    : nsp_{std::move(nsp)}, client_{std::move(client)}, session_{std::move(session)},
      id_{session_ ? session_->sid : random_id(nsp_->time_and_chance())},
      pid_{session_                                ? session_->pid
           : nsp_->rooms().settings().recovery ? random_id(nsp_->time_and_chance()) : std::string{}},
      recovered_{session_.has_value()}, handshake_{make_handshake(*client_, std::move(auth), nsp_->time_and_chance())},
      channel_{*this, nsp_->name(), nsp_->rooms().settings().parser, nsp_->ack_ids()},
      data_{session_ ? session_->data : value{object{}}}
{
}

SOCKETIO_DECL value server_socket_core::data() const
{
    std::lock_guard const lock{mutex_};
    return data_;
}

SOCKETIO_DECL void server_socket_core::with_data(std::function<void(value&)> const& change)
{
    std::lock_guard const lock{mutex_};
    change(data_);
}

SOCKETIO_DECL void server_socket_core::report(event_error&& reason, std::shared_ptr<error_hook const> const& hook)
{
    if (hook)
        (*hook)(reason);
    nsp_->report(reason, hook != nullptr);
}

// For the first socket of a namespace, as the others have the same listeners.
SOCKETIO_DECL void server_socket_core::check_names()
{
    for (std::string const& name : channel_.events().event_names())
        if (auto const said = doubt_about(role::server, name, channel_.events()); !said.empty())
            nsp_->warn(said);
}

// A restored session joins its rooms, and its missed packets come before CONNECT (socket.ts, constructor).
SOCKETIO_DECL void server_socket_core::on_connect()
{
    std::vector<std::string> rooms = session_ ? session_->rooms : std::vector<std::string>{};
    if (std::find(rooms.begin(), rooms.end(), id_) == rooms.end())
        rooms.push_back(id_);
    scope_fail joining{[this] { enter(); }}; // listeners of rooms may throw
    nsp_->rooms().join(id_, rooms);
    joining.done();
    enter();
}

// Runs after the socket has joined its rooms: their listeners may disconnect it, and DISCONNECT must not precede
// CONNECT. A restored session begins anew if its missed events were dropped while the middleware decided.
SOCKETIO_DECL void server_socket_core::enter()
{
    auto const self = shared_from_this();
    adapter& rooms = nsp_->rooms();
    std::vector<shared_packet> missed;
    if (!session_) {
        rooms.show(id_, self);
    } else if (!rooms.show_again(*session_, self, missed)) {
        client_->close();
        return;
    }
    // If each packet counted alone, a client that has missed too much would be cut off at every return.
    client_->send_as_one([&] {
        for (auto const& each : missed)
            write(*each, {});
    });
    session_.reset();
    object answer{{"sid", id_}};
    if (!pid_.empty())
        answer.append("pid", pid_);
    value const payload{std::move(answer)};
    client_->send_control(packet_type::connect, nsp_->name(), &payload);
    client_->joined(self);
    connected_.store(true, std::memory_order_release);
}

SOCKETIO_DECL void server_socket_core::on_packet(packet const& received)
{
    switch (received.type) {
    case packet_type::event:
    case packet_type::binary_event: on_event(received); return;
    case packet_type::ack:
    case packet_type::binary_ack: channel_.on_ack(received); return;
    case packet_type::disconnect: on_close(disconnect_reason::client_namespace_disconnect); return;
    case packet_type::connect:
    case packet_type::connect_error: return;
    }
}

SOCKETIO_DECL void server_socket_core::refuse(connect_error reason)
{
    client_->defer([self = shared_from_this(), reason = std::move(reason)] {
        local_args const arguments{std::string_view{reason.message()}};
        event_call call{self->channel_, "error", arguments.view()};
        call.refused = &reason;
        self->channel_.dispatch_reserved(call);
    });
}

SOCKETIO_DECL void server_socket_core::on_parse_error(std::error_code ec)
{
    refuse(connect_error{ec, ec.message()});
}

SOCKETIO_DECL void server_socket_core::tell(std::string const& event, std::string_view text)
{
    local_args const arguments{text};
    disconnect_details const details = made_ready([this] { return client_->end_details(); });
    event_call call{channel_, event, arguments.view()};
    call.details = &details;
    channel_.dispatch_reserved(call);
}

SOCKETIO_DECL void server_socket_core::disconnect(bool close)
{
    client_->perform([self = shared_from_this(), close] {
        if (self->channel_.ended())
            return;
        if (close)
            self->client_->disconnect_all();
        else
            self->leave(disconnect_reason::server_namespace_disconnect);
    });
}

SOCKETIO_DECL void server_socket_core::leave(disconnect_reason reason)
{
    if (!connected() || channel_.ended())
        return;
    client_->send_control(packet_type::disconnect, nsp_->name(), nullptr);
    on_close(reason, true);
}

// Listeners of "disconnecting" still see it connected and in its rooms; those of "disconnect" do not.
// The memory of all steps is allocated before anything changes.
SOCKETIO_DECL bool server_socket_core::on_close(disconnect_reason reason, bool by_this_side)
{
    if (!connected() || channel_.ended())
        return false;
    std::list<unique_function<void()>> steps;
    auto const self = shared_from_this();
    steps.push_back([self, reason] {
        self->disconnecting_.store(true, std::memory_order_relaxed);
        self->tell("disconnecting", to_string(reason));
    });
    steps.push_back([self, recoverable = is_recoverable(reason)] { self->cleanup(recoverable); });
    steps.push_back([self] { self->channel_.end_all_now(); });
    steps.push_back([self, reason] { self->tell("disconnect", to_string(reason)); });
    steps.emplace_back();
    if (by_this_side)
        client_->note_leaving(*this);
    steps.back() = end_listening(); // which also happens if the step is destroyed without a call
    client_->left(*this);
    channel_.end();
    connected_.store(false, std::memory_order_release);
    client_->defer(std::move(steps));
    return true;
}

// The last step. It also runs when the context is destroyed before its turn, since listeners may hold this socket.
SOCKETIO_DECL unique_function<void()> server_socket_core::end_listening()
{
    using otherwise = std::function<void()>;
    auto const self = shared_from_this();
    return [self, step = std::make_unique<scope_fail<otherwise>>([self] { self->drop_everything(); })] {
        self->stop_listening();
        step->done();
    };
}

SOCKETIO_DECL void server_socket_core::cleanup(bool recoverable)
{
    adapter& rooms = nsp_->rooms();
    std::set<std::string, std::less<>> joined;
    recoverable = !caught([&] { joined = rooms.rooms_of(id_); }) && recoverable;
    auto const left = rooms.exit(id_);
    disconnecting_.store(false, std::memory_order_relaxed);
    static_cast<void>(caught([&] {
        if (recoverable && !pid_.empty())
            nsp_->note_session();
        nsp_->removed();
    }));
    client_->forget_deadline(*this);
    // At the end, since an adapter of the program may throw.
    if (recoverable && !pid_.empty())
        rooms.persist_session({id_, pid_, {joined.begin(), joined.end()}, data(), {}, {}});
    dispatch_changes(rooms.room_events(), left);
}

// A restored session is stored again, for the next attempt.
SOCKETIO_DECL void server_socket_core::abandon()
{
    if (channel_.ended())
        return;
    std::list<unique_function<void()>> first, steps(1);
    first.push_back([self = shared_from_this()] { self->channel_.end_all_now(); });
    steps.back() = end_listening(); // which also happens if the step is destroyed without a call
    channel_.end();
    auto left = nsp_->rooms().exit(id_);
    client_->forget_deadline(*this);
    client_->defer(std::move(steps));
    static_cast<void>(caught([&] {
        if (session_)
            nsp_->note_session();
        nsp_->removed();
    }));
    scope_end const always{[&] { client_->defer_first(std::move(first)); }}; // in front of the last step
    if (session_)
        first.push_back([self = shared_from_this()] {
            self->nsp_->rooms().persist_session(std::move(*self->session_));
        });
    first.push_back([self = shared_from_this(), left = std::move(left)] {
        dispatch_changes(self->nsp_->rooms().room_events(), left);
    });
}

SOCKETIO_DECL void server_socket_core::stop_listening()
{
    std::vector<std::shared_ptr<packet_middleware const>> last;
    channel_.stop_listening();
    std::lock_guard const lock{mutex_};
    last.swap(middleware_);
}

SOCKETIO_DECL void server_socket_core::drop_everything() noexcept
{
    connected_.store(false, std::memory_order_release);
    channel_.drop_everything();
    static_cast<void>(nsp_->rooms().exit(id_)); // without a call of listeners
    stop_listening();
}

} // namespace socketio::detail
