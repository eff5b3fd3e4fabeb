// A server and its clients for some virtual time, made of a seed: what they do, their faults, and what has to hold.
#pragma once

#include <socketio/testing.hpp>

#include "emit_log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace property {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// How often something happened, so that a test knows that it did.
struct counts {
    std::uint64_t emitted = 0, arrived = 0, broadcasts = 0, connects = 0, recovered = 0, losses = 0, repeated = 0;
    std::uint64_t upgrades = 0, faults = 0, timeouts = 0, restarts = 0;
};

// The handler of an acknowledgement.
struct asked {
    std::string what;
    std::optional<nanoseconds> latest; // virtual time of its limit
    unsigned calls = 0;
    bool answered = false;
};

// One client's socket.
struct client_state {
    std::size_t number = 0;
    std::size_t host = 0;
    bool polls = false;
    std::string nsp{};
    std::optional<socketio::socket> socket{};
    std::uint64_t retries = 0;
    bool wants = true; // to be connected
    emit_log out{};      // to the server
    emit_log volatiles{};    // the volatile ones of a sender that tries again: they do not wait in its queue
    std::optional<std::size_t> last_out{}, last_volatile{}; // of a sender that tries again
    std::size_t kept_from = 0;                          // what was emitted from here on was not on a lost connection
    std::map<std::string, std::size_t> from{};          // by the id of the socket
    std::optional<std::size_t> session{};
    std::string id{}, reason{};
    bool echoed = false;
};

// One socket of the server, and what it becomes when it is recovered.
struct session {
    std::size_t client = 0;
    std::string id{}, nsp{};
    std::uint64_t server = 0; // the how manieth
    std::optional<socketio::server_socket> socket{};
    std::set<std::string> rooms{};
    emit_log down{};
    std::optional<std::size_t> last_down{};
    std::size_t before_recovery = 0;        // entries
    std::optional<nanoseconds> offset_at{}; // when the last event was emitted by which the client says where it was
    std::optional<nanoseconds> left{};
    bool stored = false;
    bool moves = false; // with recovery: which broadcasts it missed is decided by its rooms at the time of its loss
    std::optional<std::size_t> last_out{}, last_volatile{}; // of what the client emits on this connection
};

class scenario {
public:
    explicit scenario(std::uint64_t seed, counts& all);
    scenario(scenario const&) = delete;
    scenario& operator=(scenario const&) = delete;
    ~scenario();

    // Throws testing::failure.
    void run();
    socketio::testing::transcript const& transcript() const { return world_.transcript(); }

private:
    bool chance(double share) { return random_.happens(share); }
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_.below(limit)); }
    milliseconds between(milliseconds least, milliseconds most);
    template <class T>
    T const& one_of(std::vector<T> const& of)
    {
        return of[below(of.size())];
    }
    void note(std::string const& text) { world_.transcript().note(text); }
    void broken(std::string const& why);
    void check();

    void choose();
    void open_server();
    void make_clients();
    void add_client(std::size_t host, std::string const& nsp, std::optional<socketio::manager> shared);
    socketio::options client_options();
    void listen(client_state& of);
    socketio::value filler(std::uint64_t key) const;

    // The server's side.
    void on_connection(socketio::server_socket socket);
    session& enter(socketio::server_socket const& socket, client_state& client);
    void check_not_recovered(client_state const& client);
    void listen(socketio::server_socket const& socket, session& of);
    void take(session& of, std::size_t n, socketio::value const& data, bool is_volatile);
    void send_down(session& of);
    void broadcast();
    void change_rooms();
    session* any_session();
    bool is_alive(session const& of) const { return of.socket && of.socket->connected(); }

    // The client's side.
    void on_connect(client_state& of);
    void on_disconnect(client_state& of, std::string_view reason, socketio::disconnect_details const& details);
    void on_down(client_state& of, std::size_t number, std::size_t n, socketio::value const& data);
    void on_news(client_state& of, std::int64_t number, socketio::value const& data);
    void received(client_state& of, std::size_t number, std::size_t n);
    static bool is_given_up(client_state const& of);
    void come_back(client_state& of);
    bool polls(std::string_view host) const;
    void send_up(client_state& of);
    void send_echo(client_state& of);

    asked& ask(std::string what, std::optional<milliseconds> limit);
    void answered(asked& of, std::error_code ec);

    void act();
    void act_as_user();
    void act_as_server();
    void bring_fault();
    void bring_heavy_fault(socketio::testing::links& links, std::string const& who);
    void restart_server(bool at_once);

    void end();
    void check_quiet();
    void check_session(client_state& of);
    void leave();
    void check_empty();

    counts& counts_;
    socketio::testing::world world_;
    socketio::testing::seeded_random random_;
    socketio::server* io_ = nullptr;
    socketio::server_options settings_;
    bool corrupt_ = false;
    bool server_is_up_ = true;
    bool converged_ = false;
    std::uint64_t servers_ = 0;
    std::vector<std::string> rooms_;
    std::deque<client_state> clients_;
    std::deque<session> sessions_;
    std::map<std::string, std::size_t> session_of_; // by id
    std::deque<asked> asked_;
    std::int64_t broadcasts_ = 0;
    std::string broken_;
};

} // namespace property
