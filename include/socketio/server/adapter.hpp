// The members of the rooms of a namespace, and the delivery of packets to them within this process. A derived
// class may reach other servers, over Redis for example.
#pragma once

#include <socketio/core/clock.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/core/text_hash.hpp>
#include <socketio/server/encoded_packet.hpp>
#include <socketio/server/room_events.hpp>
#include <socketio/server/room_member.hpp>
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

// The recipients of a packet and its conditions: broadcast_operator as plain data.
struct broadcast_options {
    std::vector<std::string> rooms{};  // empty: all of the namespace
    std::vector<std::string> except{}; // excludes the members of these
    bool local = false;                // to this server's sockets only
    bool is_volatile = false;          // skips clients that cannot receive it at once
    bool compress = true;              // if messages are compressed at all
    std::optional<std::chrono::milliseconds> timeout{}; // for acknowledgements; kept by the caller, not by the adapter
};

// The data of a socket that may belong to another server.
struct socket_details {
    std::string id;
    socketio::handshake handshake;
    std::set<std::string, std::less<>> rooms;
    value data;
};

// The data from which a socket is restored.
struct adapter_session {
    std::string sid, pid; // its id, and the secret one that the client sends back
    std::vector<std::string> rooms;
    value data;
    std::vector<shared_packet> missed{};        // sent before CONNECT
    std::optional<std::uint64_t> resume_from{}; // for this class: the missed packets are found when the socket is shown
};

struct adapter_settings {
    std::string nsp; // the namespace's name
    std::optional<connection_state_recovery> recovery{}; // not set: sessions are not stored
    detail::sources time_and_chance{};
    std::shared_ptr<packet_parser const> parser{}; // of the packets; not set: JSON
};

// One namespace's rooms in this process. server_options::adapter makes one for each namespace. All members may
// be called from any thread, and each client's strand calls them. Functions passed to members are called once
// (`answered` once for each socket), on any thread, perhaps inside the call. A derived class forwards the calls
// to other servers, and calls these members for the calls of others, with `local` set: then only this server's
// sockets are meant.
class adapter {
public:
    using socket_pointer = std::shared_ptr<detail::room_member>;
    using room_set = std::set<std::string, std::less<>>;

    explicit adapter(adapter_settings settings);
    adapter(adapter const&) = delete;
    adapter& operator=(adapter const&) = delete;
    SOCKETIO_DECL virtual ~adapter();

    adapter_settings const& settings() const noexcept { return settings_; }

    // For a socket of this server; other ids are ignored.
    SOCKETIO_DECL virtual void join(std::string_view id, std::span<std::string const> rooms);
    SOCKETIO_DECL virtual void leave(std::string_view id, std::string_view room);

    // An event without acknowledgement. With recovery it is stored, and sent with its offset.
    SOCKETIO_DECL virtual void broadcast(shared_packet const& packet, broadcast_options const& to);
    // An event with acknowledgement: `counted` receives the number of recipients. `answered` is called once for
    // each of them, with the first argument of the answer or with the error. Only answers in time count;
    // forget_acks(id) ends the wait. This server's ids start at 0 and increase. For requests from other servers
    // use a disjoint range (set the top bit).
    SOCKETIO_DECL virtual void broadcast_with_ack(shared_packet const& packet, std::uint64_t id,
                                                  broadcast_options const& to, std::function<void(std::size_t)> counted,
                                                  std::function<void(std::error_code, value)> answered);
    SOCKETIO_DECL virtual void forget_acks(std::uint64_t id);
    // Fetches the sockets; makes them join or leave rooms; disconnects them.
    SOCKETIO_DECL virtual void fetch_sockets(broadcast_options const& which,
                                             std::function<void(std::vector<socket_details>)> fetched);
    SOCKETIO_DECL virtual void add_sockets(broadcast_options const& which, std::vector<std::string> const& rooms);
    SOCKETIO_DECL virtual void remove_sockets(broadcast_options const& which, std::vector<std::string> const& rooms);
    SOCKETIO_DECL virtual void disconnect_sockets(broadcast_options const& which, bool close);

    // Stores the session of a lost socket that may return; and returns it, for the last offset that its client
    // has seen. `restored` receives std::nullopt if that is impossible. A session is returned once.
    SOCKETIO_DECL virtual void persist_session(adapter_session session);
    SOCKETIO_DECL virtual void restore_session(std::string const& pid, std::string const& offset,
                                 std::function<void(std::optional<adapter_session>)> restored);

    // Copies, for this server only. select() returns the shown sockets that match `which`; find() returns null
    // for others.
    std::map<std::string, room_set> rooms() const;
    std::map<std::string, room_set> sids() const;
    room_set rooms_of(std::string_view id) const;
    std::vector<socket_pointer> select(broadcast_options const& which);
    socket_pointer find(std::string_view id) const;
    std::size_t size() const;

    // "create-room", "join-room", "leave-room" and "delete-room", for this server only.
    detail::room_emitter& room_events() noexcept { return room_events_; }

    // For the namespace: a socket arrives, is connected, leaves. Returns false if the id is in use.
    bool enter(std::string_view id);
    void show(std::string_view id, socket_pointer socket);
    // The same for a restored socket, with the packets that it has missed. Returns false if some of them are no
    // longer stored.
    bool show_again(adapter_session const& session, socket_pointer socket, std::vector<shared_packet>& missed);
    // The caller passes the returned changes to the listeners of rooms.
    [[nodiscard]] detail::room_changes exit(std::string_view id);
    // The namespace has no socket, and none is arriving.
    bool is_empty() const;

private:
    struct kept_packet {
        shared_packet packet;
        std::vector<std::string> rooms, except;
        clock::time_point since;
        std::size_t memory; // bytes that it needs in all
    };
    struct kept_session {
        adapter_session session;
        clock::time_point since;
        std::size_t memory; // bytes of its rooms
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
    std::map<std::string, socket_pointer, std::less<>> members_; // the shown sockets

    // With recovery, stored and sent packets must have the same order: held during both.
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
