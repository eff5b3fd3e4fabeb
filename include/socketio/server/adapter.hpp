// Who is in which room of a namespace, and how packets reach them: within this process here; a class derived from this
// one may ask others, over Redis for example.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/core/text_hash.hpp>
#include <socketio/server/encoded_packet.hpp>
#include <socketio/server/room_events.hpp>
#include <socketio/server/rooms.hpp>
#include <socketio/server/server_options.hpp>
#include <socketio/server/socket_handshake.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio {

namespace detail {
class server_socket_core;
} // namespace detail

// To whom something is sent, and how. What broadcast_operator says, as plain data.
struct broadcast_options {
    std::vector<std::string> rooms{};  // to all of the namespace if empty
    std::vector<std::string> except{}; // not to whoever is in one of these
    bool local = false;                // to this server's sockets only
    bool is_volatile = false;          // not to who cannot take it at once
    bool compress = true;              // if messages are compressed at all
    std::optional<std::chrono::milliseconds> timeout{}; // for acknowledgements; kept by the caller, not by the adapter
};

// What is known of a socket that may be another server's.
struct socket_details {
    std::string id;
    socketio::handshake handshake;
    std::set<std::string, std::less<>> rooms;
    value data;
};

// What a socket is restored from.
struct adapter_session {
    std::string sid, pid; // its id, and the secret one that the client brings back
    std::vector<std::string> rooms;
    value data;
    std::vector<shared_packet> missed{};        // to be sent before CONNECT
    std::optional<std::uint64_t> resume_from{}; // of this class: those are found when the socket is shown
};

struct adapter_settings {
    std::string nsp; // the namespace's name
    std::optional<connection_state_recovery> recovery{}; // none: sessions are not kept
    detail::sources time_and_chance{};
};

// One namespace's rooms in this process: of each namespace there is one, made by server_options::adapter. All members may be
// called from any thread, and are by each client's strand. Functions that are handed in are called once (`answered` once for
// each socket), on any thread, perhaps inside the call. A derived class tells the other servers, and calls these members for
// what the others tell it: with `local` set only this server's sockets are meant.
class adapter {
public:
    using socket_pointer = std::shared_ptr<detail::server_socket_core>;
    using room_set = std::set<std::string, std::less<>>;

    explicit adapter(adapter_settings settings);
    adapter(adapter const&) = delete;
    adapter& operator=(adapter const&) = delete;
    SOCKETIO_DECL virtual ~adapter();

    adapter_settings const& settings() const noexcept { return settings_; }

    // Of a socket of this server; nothing happens if it is not here.
    SOCKETIO_DECL virtual void join(std::string_view id, std::span<std::string const> rooms);
    SOCKETIO_DECL virtual void leave(std::string_view id, std::string_view room);

    // An event without acknowledgement. With recovery it is kept, and sent with its offset.
    SOCKETIO_DECL virtual void broadcast(shared_packet const& packet, broadcast_options const& to);
    // One with: `counted` is told how many were asked, `answered` once for each of them, with the first argument of the
    // answer or with why there is none. Only what came in time counts; forget_acks(id) ends the waiting. Ids count up
    // from 0: a question of another server's needs one that none of this server's own will have.
    SOCKETIO_DECL virtual void broadcast_with_ack(shared_packet const& packet, std::uint64_t id, broadcast_options const& to,
                                    std::function<void(std::size_t)> counted,
                                    std::function<void(std::error_code, value)> answered);
    SOCKETIO_DECL virtual void forget_acks(std::uint64_t id);
    // Who they are; they join; they leave; they are disconnected.
    SOCKETIO_DECL virtual void fetch_sockets(broadcast_options const& which, std::function<void(std::vector<socket_details>)> fetched);
    SOCKETIO_DECL virtual void add_sockets(broadcast_options const& which, std::vector<std::string> const& rooms);
    SOCKETIO_DECL virtual void remove_sockets(broadcast_options const& which, std::vector<std::string> const& rooms);
    SOCKETIO_DECL virtual void disconnect_sockets(broadcast_options const& which, bool close);

    // A socket was lost in a way from which it may come back; and is asked for, with the last offset that its client has seen:
    // `restored` is told nothing if that cannot be. A session is given out once.
    SOCKETIO_DECL virtual void persist_session(adapter_session session);
    SOCKETIO_DECL virtual void restore_session(std::string const& pid, std::string const& offset,
                                 std::function<void(std::optional<adapter_session>)> restored);

    // Of this server alone: copies. select() gives who is shown, as `which` says; find() is null for who is not.
    std::map<std::string, room_set> rooms() const;
    std::map<std::string, room_set> sids() const;
    room_set rooms_of(std::string_view id) const;
    std::vector<socket_pointer> select(broadcast_options const& which);
    socket_pointer find(std::string_view id) const;
    std::size_t size() const;

    // "create-room", "join-room", "leave-room" and "delete-room", of this server alone.
    detail::room_emitter& room_events() noexcept { return room_events_; }

    // For the namespace: a socket comes, is connected, goes. False if there is one of that id.
    bool enter(std::string_view id);
    void show(std::string_view id, socket_pointer socket);
    // The same for one that is restored; what it has missed up to now.
    // False if some of that is not kept any more.
    bool show_again(adapter_session const& session, socket_pointer socket, std::vector<shared_packet>& missed);
    // Whoever listens to rooms is to be told what it returns.
    [[nodiscard]] detail::room_changes exit(std::string_view id);
    // Nobody is here, nor on the way.
    bool is_empty() const;

private:
    struct kept_packet {
        shared_packet packet;
        std::vector<std::string> rooms, except;
        clock::time_point since;
        std::size_t memory; // bytes that it takes, all told
    };
    struct kept_session {
        adapter_session session;
        clock::time_point since;
        std::size_t memory; // bytes that its rooms take
    };
    using kept_sessions = detail::text_map<kept_session>;

    void note_join(std::string_view id, std::string const& room, detail::room_changes& noted);
    void note_leave(std::string_view id, std::string_view room, detail::room_changes& noted) const;
    bool listens_to_rooms() const noexcept { return !room_events_.untouched(); }
    bool recovers() const noexcept { return settings_.recovery.has_value(); }
    shared_packet keep(shared_packet const& packet, broadcast_options const& to);
    void forget_old(clock::time_point now);
    adapter_session take_out(kept_sessions::iterator which);
    std::vector<shared_packet> missed_since(std::uint64_t number, std::span<std::string_view const> rooms) const;
    std::optional<adapter_session> take_session(std::string const& pid, std::string const& offset);
    void send(shared_packet const& packet, broadcast_options const& to);

    adapter_settings const settings_;
    detail::room_emitter room_events_;
    mutable std::mutex mutex_; // guards rooms_ and members_
    detail::rooms<socket_pointer> rooms_;
    std::map<std::string, socket_pointer, std::less<>> members_; // who is shown

    // With recovery what is kept and what is sent must have one order: held from one to the other.
    std::mutex order_;
    std::string const offset_prefix_;
    std::uint64_t first_kept_ = 0; // the number of the first in packets_
    std::size_t kept_bytes_ = 0;
    std::deque<kept_packet> packets_;
    kept_sessions sessions_;
    std::size_t session_bytes_ = 0;
    std::deque<std::pair<clock::time_point, std::string>> session_order_;
};

} // namespace socketio
