// A Socket.IO server inside the test program, made of the library's own session and codec: fast enough
// for many rounds, and able to fall silent at every stage. It knows nothing of the client.
#pragma once

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/session/engine.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace support {

// The last thing that the server still does for a client.
enum class serves { nothing, upgrade, open, connect };

class loop_session;

struct loop_plan {
    serves until = serves::connect;
    bool deaf_when_connected = false; // reads nothing behind the first CONNECT
    std::uint64_t max_payload = 0;    // bytes; 0: names no limit
    // Sees events and acknowledgements; true: that was all. Otherwise the server converses by itself.
    std::function<bool(loop_session&, socketio::packet const&)> on_packet{};
};

// Belongs to the server and all its sessions. The counters may be read from any thread.
struct loop_state {
    loop_plan plan;
    std::atomic<int> accepted{0}, upgraded{0}, connected{0}, disconnected{0}, events{0}, ended{0};
    std::atomic<int> violations{0}; // a CONNECT too many, or another packet without one: both end the connection
    std::set<std::shared_ptr<loop_session>> sessions;
};

// One client, seen from the server. On the server's context only.
class loop_session : public std::enable_shared_from_this<loop_session> {
public:
    loop_session(asio::ip::tcp::socket socket, std::shared_ptr<loop_state> state)
        : socket_{std::move(socket)}, state_{std::move(state)}, engine_{socketio::detail::role::server, {}, 1, settings(state_->plan)}
    {
    }

    void start()
    {
        if (state_->plan.until != serves::nothing)
            read();
        else
            wait_for_end();
    }

    template <class... Args>
    void emit(std::string_view nsp, std::string_view event, Args const&... arguments)
    {
        encode([&](auto& to, auto& binaries) {
            socketio::detail::encode_event(nullptr, to, binaries, nsp, std::nullopt, event, arguments...);
        });
    }
    // An event that wants an answer.
    template <class... Args>
    void ask(std::string_view nsp, std::uint64_t id, std::string_view event, Args const&... arguments)
    {
        encode([&](auto& to, auto& binaries) {
            socketio::detail::encode_event(nullptr, to, binaries, nsp, id, event, arguments...);
        });
    }
    template <class... Args>
    void answer(socketio::packet const& question, Args const&... arguments)
    {
        if (question.id)
            encode([&](auto& to, auto& binaries) {
                socketio::detail::encode_ack(nullptr, to, binaries, question.nsp, *question.id, arguments...);
            });
    }
    void ping()
    {
        engine_.tick(socketio::clock::now() + std::chrono::hours(1));
        write();
    }
    void kick(std::string_view nsp)
    {
        if (auto const found = joined_.find(nsp); found != joined_.end()) {
            control(socketio::packet_type::disconnect, nsp, nullptr);
            joined_.erase(found);
            kicked_.emplace(nsp);
        }
    }
    void close()
    {
        engine_.close();
        write();
    }
    void drop()
    {
        std::error_code ignored;
        socket_.close(ignored);
        if (state_->sessions.erase(shared_from_this()) != 0)
            ++state_->ended;
    }
    // Ends the connection with a reset, which the client hears as an error.
    void reset()
    {
        std::error_code ignored;
        socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
        drop();
    }
    void stop_reading() noexcept { deaf_ = true; }

private:
    static socketio::detail::engine_settings settings(loop_plan const& plan)
    {
        socketio::detail::engine_settings made;
        made.sid = "loop";
        made.max_payload = plan.max_payload;
        return made;
    }

    void read()
    {
        socket_.async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
            if (ec) {
                self->drop();
                return;
            }
            self->input_.append(self->room_.data(), count);
            self->on_input();
            if (!self->deaf_)
                self->read();
        });
    }
    void wait_for_end()
    {
        socket_.async_wait(asio::ip::tcp::socket::wait_error, [self = shared_from_this()](std::error_code) { self->drop(); });
    }

    void on_input()
    {
        if (!upgraded_ && !upgrade())
            return;
        std::span<char> rest{input_.data(), input_.size()};
        while (!deaf_) {
            auto const event = engine_.next(rest, socketio::clock::now());
            if (event.type == socketio::detail::engine_event::kind::none)
                break;
            on_event(event);
        }
        input_.consume(input_.size() - rest.size());
        write();
    }

    bool upgrade()
    {
        std::size_t consumed = 0;
        std::string key;
        if (head_.read(input_.view(), consumed) != socketio::detail::http_progress::complete ||
            socketio::detail::check_upgrade_request(head_.head(), key))
            return false;
        input_.consume(consumed);
        socketio::detail::write_upgrade_response(engine_.output(), key);
        upgraded_ = true;
        if (state_->plan.until != serves::upgrade)
            engine_.open(socketio::clock::now());
        ++state_->upgraded;
        return true;
    }

    void on_event(socketio::detail::engine_event const& event)
    {
        using kind = socketio::detail::engine_event::kind;
        socketio::packet received;
        std::error_code ec;
        if (event.type == kind::text && decoder_.text(event.payload, received, ec))
            on_packet(received);
        else if (event.type == kind::binary && decoder_.binary(event.payload, received, ec))
            on_packet(received);
    }

    void on_packet(socketio::packet const& received)
    {
        bool const joins = received.type == socketio::packet_type::connect;
        bool const joined = joined_.contains(received.nsp);
        if (joins == joined) {
            // What was kicked out may not know it yet; only the reference goes as far as to end that.
            if (joins || !kicked_.contains(received.nsp)) {
                ++state_->violations;
                drop();
            }
        } else if (joins) {
            on_connect(received.nsp);
        } else if (received.type == socketio::packet_type::disconnect) {
            joined_.erase(joined_.find(received.nsp));
            ++state_->disconnected;
        } else {
            state_->events += received.is_event() ? 1 : 0;
            if (!state_->plan.on_packet || !state_->plan.on_packet(*this, received))
                converse(received);
        }
    }

    void on_connect(std::string_view nsp)
    {
        if (state_->plan.until != serves::connect)
            return;
        bool const refused = nsp.starts_with("/refused");
        if (!refused)
            joined_.emplace(nsp);
        socketio::value const answer = refused ? socketio::object{{"message", "refused"}}
                                               : socketio::object{{"sid", "S" + std::to_string(++state_->connected)}};
        control(refused ? socketio::packet_type::connect_error : socketio::packet_type::connect, nsp, &answer);
        deaf_ = deaf_ || state_->plan.deaf_when_connected;
    }

    // What every test may ask for: an event with an acknowledgement gets its first argument back.
    void converse(socketio::packet const& received)
    {
        if (!received.is_event())
            return;
        std::string const nsp{received.nsp};
        std::string_view const event = received.payload[std::size_t{0}].as_string();
        auto const argument = received.payload[1];
        if (event == "kick")
            kick(nsp);
        else if (event == "drop")
            drop();
        else if (event == "reset")
            reset();
        else if (event == "leave")
            close();
        else if (event == "burst")
            for (int i = 0; i != argument.get<int>(); ++i)
                emit(nsp, "item", i);
        else if (event == "ask")
            ask(nsp, 7, "question", argument);
        else if (event == "echo")
            emit(nsp, "echo", argument);
        else if (event == "ping")
            ping();
        else if (event != "silent")
            answer(received, argument);
    }

    void control(socketio::packet_type type, std::string_view nsp, socketio::value const* payload)
    {
        encode([&](auto& to, auto&) { static_cast<void>(socketio::detail::encode_control(nullptr, to, type, nsp, payload)); });
    }

    template <class Encode>
    void encode(Encode write_packet)
    {
        text_.clear();
        binaries_.clear();
        write_packet(text_, binaries_);
        engine_.send_text(text_.view());
        for (auto const each : binaries_)
            engine_.send_binary(each);
        write();
    }

    // Always later, so that what belongs to one batch of input leaves together.
    void write()
    {
        if (writing_)
            return;
        writing_ = true;
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->write_now(); });
    }
    void write_now()
    {
        engine_.complete_output();
        sent_.clear();
        sent_.swap(engine_.output());
        writing_ = !sent_.empty();
        if (!writing_)
            return;
        asio::async_write(socket_, asio::buffer(sent_.data(), sent_.size()),
                          [self = shared_from_this()](std::error_code ec, std::size_t) {
                              if (!ec)
                                  self->write_now();
                          });
    }

    asio::ip::tcp::socket socket_;
    std::shared_ptr<loop_state> state_;
    socketio::detail::http_head_reader head_{socketio::detail::role::client};
    socketio::detail::engine engine_;
    socketio::detail::packet_decoder decoder_;
    std::array<char, 32768> room_{};
    socketio::detail::byte_buffer input_, text_, sent_;
    std::vector<socketio::bytes_view> binaries_;
    std::set<std::string, std::less<>> joined_, kicked_;
    bool upgraded_ = false;
    bool deaf_ = false;
    bool writing_ = false;
};

class loop_server {
public:
    explicit loop_server(asio::io_context& context, loop_plan plan = {})
        : state_{std::make_shared<loop_state>()}, acceptor_{context, {asio::ip::address_v4::loopback(), 0}},
          port_{acceptor_.local_endpoint().port()}
    {
        state_->plan = std::move(plan);
        accept();
    }
    loop_server(loop_server const&) = delete;
    loop_server& operator=(loop_server const&) = delete;
    ~loop_server() { close(); }

    std::uint16_t port() const noexcept { return port_; }
    std::string url(std::string_view nsp = "") const { return "http://127.0.0.1:" + std::to_string(port_) + std::string{nsp}; }
    loop_state const& counts() const noexcept { return *state_; }

    // On the server's context only.
    template <class Action>
    void each(Action action)
    {
        auto const all = state_->sessions;
        for (auto const& session : all)
            action(*session);
    }
    void close()
    {
        std::error_code ignored;
        acceptor_.close(ignored);
        each([](loop_session& session) { session.drop(); });
    }

private:
    void accept()
    {
        acceptor_.async_accept([this](std::error_code ec, asio::ip::tcp::socket socket) {
            if (ec)
                return;
            std::error_code ignored;
            socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
            auto const made = std::make_shared<loop_session>(std::move(socket), state_);
            state_->sessions.insert(made);
            ++state_->accepted;
            made->start();
            accept();
        });
    }

    std::shared_ptr<loop_state> state_;
    asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
};

// The same on a context and a thread of its own, so that the client's context can end by itself.
class loop_thread {
public:
    explicit loop_thread(loop_plan plan = {}) : server_{context_, std::move(plan)}, thread_{[this] { context_.run(); }} {}
    loop_thread(loop_thread const&) = delete;
    loop_thread& operator=(loop_thread const&) = delete;
    ~loop_thread()
    {
        asio::post(context_, [this] { server_.close(); });
        thread_.join();
    }

    std::uint16_t port() const noexcept { return server_.port(); }
    std::string url(std::string_view nsp = "") const { return server_.url(nsp); }
    loop_state const& counts() const noexcept { return server_.counts(); }

    template <class Action>
    void each(Action action)
    {
        asio::post(context_, [this, action = std::move(action)]() mutable { server_.each(std::move(action)); });
    }

private:
    asio::io_context context_{1};
    loop_server server_;
    std::thread thread_;
};

} // namespace support
