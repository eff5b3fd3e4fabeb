// A server that does what its script says, byte for byte and right or wrong, on the test's own io_context; the
// connections after the hostile ones get a well-behaved session of loop_server.hpp. It knows nothing of the client.
#pragma once

#include "loop_server.hpp"
#include "misbehaviour.hpp"

#include <socketio/wire/websocket_handshake.hpp>

#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

class hostile_session : public std::enable_shared_from_this<hostile_session> {
public:
    hostile_session(asio::ip::tcp::socket socket, std::shared_ptr<misbehaviour const> script)
        : socket_{std::move(socket)}, script_{std::move(script)}
    {}

    void start() { proceed(); }
    void drop()
    {
        std::error_code ignored;
        socket_.close(ignored);
    }
    // Another connection was accepted.
    void on_next()
    {
        if (std::exchange(waits_, false))
            proceed();
    }
    // The client ended the connection while it was being flooded.
    bool was_cut() const noexcept { return cut_; }

private:
    void proceed()
    {
        if (at_ == script_->steps().size()) {
            drain();
            return;
        }
        misbehaviour::step const& now = script_->steps()[at_++];
        std::error_code ignored;
        switch (now.does) {
        case misbehaviour::kind::send: send(filled(now.bytes)); return;
        case misbehaviour::kind::drip: drip(filled(now.bytes)); return;
        case misbehaviour::kind::flood: flood(now, 0); return;
        case misbehaviour::kind::head: await_head(); return;
        case misbehaviour::kind::expect:
        case misbehaviour::kind::expect_only: await_message(now); return;
        case misbehaviour::kind::reset:
            socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
            drop();
            return;
        case misbehaviour::kind::close: drop(); return;
        case misbehaviour::kind::half_close:
            socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
            proceed();
            return;
        case misbehaviour::kind::deaf: return;
        case misbehaviour::kind::until_next: waits_ = true; return;
        }
    }

    // No copy where it can be helped: what the server holds counts as what the client may.
    std::string_view filled(std::string const& bytes)
    {
        constexpr std::string_view name = "{accept}";
        auto const at = bytes.find(name);
        if (at == std::string::npos)
            return bytes;
        filled_ = bytes;
        filled_.replace(at, name.size(), socketio::detail::websocket_accept(key_));
        return filled_;
    }

    template <class Then>
    void write(std::string_view bytes, Then then)
    {
        asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
            [self = shared_from_this(), then](std::error_code ec, std::size_t) { then(ec); });
    }
    void send(std::string_view bytes)
    {
        write(bytes, [this](std::error_code ec) { ec ? drop() : proceed(); });
    }
    // The client gets a turn between two bytes, so that it reads them one by one.
    void drip(std::string_view bytes)
    {
        if (bytes.empty()) {
            proceed();
            return;
        }
        write(bytes.substr(0, 1), [this, rest = bytes.substr(1)](std::error_code ec) {
            if (!ec)
                asio::post(socket_.get_executor(), [self = shared_from_this(), rest] { self->drip(rest); });
        });
    }
    void flood(misbehaviour::step const& of, std::size_t so_far)
    {
        if (so_far >= of.bound) {
            proceed();
            return;
        }
        write(of.bytes, [this, &of, so_far](std::error_code ec) {
            cut_ = ec.operator bool();
            cut_ ? drop() : flood(of, so_far + of.bytes.size());
        });
    }

    template <class Then>
    void read(Then then)
    {
        socket_.async_read_some(asio::buffer(room_),
            [self = shared_from_this(), then](std::error_code ec, std::size_t count) {
                if (ec)
                    self->drop();
                else
                    then(count);
            });
    }
    void drain()
    {
        read([this](std::size_t) { drain(); });
    }
    void await_head()
    {
        std::size_t consumed = 0;
        if (head_.read(input_, consumed) == socketio::detail::http_progress::complete) {
            key_ = head_.head().find("Sec-WebSocket-Key");
            input_.erase(0, consumed);
            proceed();
            return;
        }
        read([this](std::size_t count) {
            input_.append(room_.data(), count);
            await_head();
        });
    }
    void await_message(misbehaviour::step const& wanted)
    {
        using event_kind = socketio::detail::websocket_event::kind;
        std::span<char> rest{input_};
        bool found = false;
        while (!found) {
            auto const event = frames_.next(rest);
            if (event.type == event_kind::none)
                break;
            std::string_view const all{event.payload.data(), event.payload.size()};
            found = wanted.does == misbehaviour::kind::expect ? all.starts_with(wanted.bytes) : all == wanted.bytes;
        }
        input_.erase(0, input_.size() - rest.size());
        if (found) {
            proceed();
            return;
        }
        read([this, &wanted](std::size_t count) {
            input_.append(room_.data(), count);
            await_message(wanted);
        });
    }

    asio::ip::tcp::socket socket_;
    std::shared_ptr<misbehaviour const> script_;
    std::size_t at_ = 0;
    std::array<char, 4096> room_{};
    std::string input_, key_, filled_;
    socketio::detail::http_head_reader head_{socketio::detail::role::client};
    socketio::detail::websocket_endpoint frames_{socketio::detail::role::server, {}, 1};
    bool waits_ = false;
    bool cut_ = false;
};

class hostile_server {
public:
    hostile_server(asio::io_context& context, misbehaviour script)
        : script_{std::make_shared<misbehaviour const>(std::move(script))},
          behaved_{std::make_shared<loop_state>()},
          acceptor_{context}
    {
        behaved_->plan.max_payload = 100000; // what is left of a hostile server must not count
        asio::ip::tcp::endpoint const here{asio::ip::address_v4::loopback(), 0};
        acceptor_.open(here.protocol());
        // Little room, so that a client which writes to a server that does not read notices soon.
        acceptor_.set_option(asio::socket_base::receive_buffer_size{4096});
        acceptor_.bind(here);
        acceptor_.listen();
        url_ = "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
        accept();
    }
    hostile_server(hostile_server const&) = delete;
    hostile_server& operator=(hostile_server const&) = delete;
    ~hostile_server() { close(); }

    std::string const& url() const noexcept { return url_; }
    int accepted() const noexcept { return accepted_; }
    bool was_cut() const noexcept { return hostile_ && hostile_->was_cut(); }

    void close()
    {
        stop_accepting();
        if (hostile_)
            hostile_->drop();
        for (auto const all = behaved_->sessions; auto const& each : all)
            each->drop();
    }
    void stop_accepting()
    {
        std::error_code ignored;
        acceptor_.close(ignored);
    }

private:
    void accept()
    {
        acceptor_.async_accept([this](std::error_code ec, asio::ip::tcp::socket socket) {
            if (ec)
                return;
            std::error_code ignored;
            socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
            if (++accepted_ == 1) {
                hostile_ = std::make_shared<hostile_session>(std::move(socket), script_);
                hostile_->start();
            } else {
                auto const made = std::make_shared<loop_session>(std::move(socket), behaved_);
                behaved_->sessions.insert(made);
                made->start();
                hostile_->on_next();
            }
            accept();
        });
    }

    std::shared_ptr<misbehaviour const> script_;
    std::shared_ptr<loop_state> behaved_;
    std::shared_ptr<hostile_session> hostile_;
    asio::ip::tcp::acceptor acceptor_;
    std::string url_;
    int accepted_ = 0;
};

} // namespace support
