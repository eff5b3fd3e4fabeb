// A TCP proxy in front of a Socket.IO server that tells long-polling and WebSocket apart by the first request of a
// connection, and does harm to one of the two. On the test's context only.
#pragma once

#include <socketio/net/asio.hpp>

#include "patience.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

// What happens to the connections of one transport.
struct road_faults {
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    std::string answer{};                   // instead of the server's to the first request; then the end
    bool silent = false;                    // the first request gets no answer
    std::size_t cut_to_client = never;      // after so many bytes in that direction the connection is reset
    std::size_t cut_to_server = never;
    std::size_t hold_to_client = never;     // bytes behind so many do not arrive
    std::chrono::milliseconds latency{0};   // in each direction
};

class transport_road {
public:
    road_faults polling, websocket;
    int polls = 0, websockets = 0; // connections

    transport_road(asio::io_context& context, std::uint16_t port)
        : context_{context}, acceptor_{context, {asio::ip::address_v4::loopback(), 0}}, port_{port}
    {
        accept();
    }
    ~transport_road()
    {
        for (auto const& weak : links_)
            if (auto const each = weak.lock())
                each->reset();
    }
    // Those that are there.
    void reset_websockets()
    {
        for (auto const& weak : links_)
            if (auto const each = weak.lock(); each && each->is_websocket())
                each->reset();
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

private:
    using tcp = asio::ip::tcp;

    class link : public std::enable_shared_from_this<link> {
    public:
        link(transport_road& road, tcp::socket client)
            : road_{road}, client_{std::move(client)}, server_{road.context_}, up_{road.context_}, down_{road.context_}
        {
        }
        void start()
        {
            client_.async_read_some(asio::buffer(up_.room), [self = shared_from_this()](std::error_code ec, std::size_t count) {
                self->head_.append(self->up_.room.data(), count);
                if (ec)
                    self->reset();
                else if (self->head_.find("\r\n\r\n") == std::string::npos)
                    self->start();
                else
                    self->on_head();
            });
        }
        bool is_websocket() const { return faults_ == &road_.websocket; }
        void reset()
        {
            std::error_code ignored;
            for (tcp::socket* each : {&client_, &server_}) {
                each->set_option(asio::socket_base::linger{true, 0}, ignored);
                each->close(ignored);
            }
        }

    private:
        struct direction {
            explicit direction(asio::io_context& context) : timer{context} {}
            std::array<char, 4096> room{};
            std::size_t total = 0;
            asio::steady_timer timer;
        };

        void on_head()
        {
            bool const upgrades = head_.find("transport=websocket") != std::string::npos;
            ++(upgrades ? road_.websockets : road_.polls);
            faults_ = upgrades ? &road_.websocket : &road_.polling;
            if (!faults_->answer.empty()) {
                head_ = faults_->answer;
                asio::async_write(client_, asio::buffer(head_), [self = shared_from_this()](std::error_code, std::size_t) {
                    std::error_code ignored;
                    self->client_.shutdown(tcp::socket::shutdown_both, ignored);
                });
            } else if (!faults_->silent) {
                server_.async_connect({asio::ip::address_v4::loopback(), road_.port_}, [self = shared_from_this()](std::error_code ec) {
                    if (ec)
                        self->reset();
                    else
                        self->forward();
                });
            }
        }
        void forward()
        {
            pass(up_, client_, server_, head_.size(), head_.data());
            read(down_, server_, client_);
        }
        void read(direction& way, tcp::socket& from, tcp::socket& to)
        {
            from.async_read_some(asio::buffer(way.room), [self = shared_from_this(), &way, &from, &to](std::error_code ec, std::size_t count) {
                if (ec)
                    self->end(to);
                else
                    self->pass(way, from, to, count, way.room.data());
            });
        }
        void pass(direction& way, tcp::socket& from, tcp::socket& to, std::size_t count, char const* bytes)
        {
            bool const down = &way == &down_;
            std::size_t const cut = down ? faults_->cut_to_client : faults_->cut_to_server;
            std::size_t const hold = down ? faults_->hold_to_client : road_faults::never;
            std::size_t const most = std::min(cut, hold);
            std::size_t const passes = way.total >= most ? 0 : std::min(count, most - way.total);
            bool const ends = way.total + count >= cut;
            way.total += count;
            way.timer.expires_after(faults_->latency);
            way.timer.async_wait([self = shared_from_this(), &way, &from, &to, passes, ends, bytes](std::error_code) {
                asio::async_write(to, asio::buffer(bytes, passes),
                    [self, &way, &from, &to, ends](std::error_code ec, std::size_t) {
                        if (ends || ec)
                            self->reset();
                        else
                            self->read(way, from, to);
                    });
            });
        }
        void end(tcp::socket& to)
        {
            std::error_code ignored;
            to.shutdown(tcp::socket::shutdown_send, ignored);
        }

        transport_road& road_;
        tcp::socket client_, server_;
        direction up_, down_;
        std::string head_;
        road_faults const* faults_ = nullptr;
    };

    void accept()
    {
        acceptor_.async_accept([this](std::error_code ec, tcp::socket connected) {
            if (ec)
                return;
            auto const made = std::make_shared<link>(*this, std::move(connected));
            links_.push_back(made);
            made->start();
            accept();
        });
    }

    asio::io_context& context_;
    tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::list<std::weak_ptr<link>> links_;
};

} // namespace support
