// A TCP proxy inside the test program that does to connections what networks do to them: late, in small
// pieces, slowly, not at all, and torn. It knows nothing of what is spoken. On the test's context only.
#pragma once

#include <socketio/net/asio.hpp>

#include "patience.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/socket_base.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

enum class way : std::size_t { to_server, to_client };

// What happens to all that goes one way.
struct line_faults {
    std::chrono::milliseconds latency{0}; // of what is read from now on; the order is kept
    std::size_t piece = 0;                // written as pieces of 1 to so many bytes, a turn for each; 0: as it comes
    std::size_t per_tick = 0;             // bytes of each connection in 10 ms; 0: no limit
    bool frozen = false;                  // nothing is read or written, so that the kernel's buffers fill
    bool swallowed = false;               // it is read and lost. A connection that lost bytes stays so for ever.
};

// What a new connection finds.
enum class admission {
    forward,
    refuse, // nobody listens; the port stays ours
    hold,   // accepted, and never answered
    close   // accepted, and closed at once
};

namespace proxy_detail {

using tcp = asio::ip::tcp;

inline constexpr std::chrono::milliseconds tick{10};
inline constexpr std::size_t queue_limit = 64 * 1024;

// Both ways and all connections.
struct weather {
    std::array<line_faults, 2> faults{};
    std::array<std::optional<std::uint64_t>, 2> cut_after{}; // bytes
    std::array<std::uint64_t, 2> bytes{};
    std::uint64_t connections = 0;
    admission admits = admission::forward;
};

// One connection: two sockets, and what is on its way between them.
class link : public std::enable_shared_from_this<link> {
public:
    link(asio::io_context& context, tcp::socket client, std::shared_ptr<weather> now, std::uint64_t seed)
        : context_{context}, client_{std::move(client)}, server_{context}, weather_{std::move(now)},
          pumps_{pump{client_, server_, context, seed}, pump{server_, client_, context, seed + 1}}
    {
        prepare(client_);
    }

    void forward(std::uint16_t port)
    {
        server_.async_connect({asio::ip::address_v4::loopback(), port}, [self = shared_from_this()](std::error_code ec) {
            if (ec) {
                self->reset();
                return;
            }
            self->prepare(self->server_);
            self->started_ = true;
            self->wake();
        });
    }
    void hold()
    {
        pumps_[0].deaf = true;
        pumps_[1].over = true;
        started_ = true;
        wake();
    }

    bool is_open() const { return client_.is_open(); }

    // After every change of the faults.
    void wake()
    {
        run(way::to_server);
        run(way::to_client);
    }

    void reset()
    {
        std::error_code ignored;
        client_.set_option(asio::socket_base::linger{true, 0}, ignored);
        server_.set_option(asio::socket_base::linger{true, 0}, ignored);
        close();
    }
    // The end of the stream, at once; what still comes is lost.
    void finish(way which)
    {
        pump& one = of(which);
        std::error_code ignored;
        one.to.shutdown(tcp::socket::shutdown_send, ignored);
        one.queue.clear();
        one.queued = 0;
        one.deaf = true;
        run(which);
    }
    void close()
    {
        std::error_code ignored;
        client_.close(ignored);
        server_.close(ignored);
        for (pump& each : pumps_)
            each.timer.cancel();
    }

private:
    struct chunk {
        steady::time_point due;
        std::string bytes;
        std::size_t sent = 0;
        std::string_view rest() const { return std::string_view(bytes).substr(sent); }
    };
    struct pump {
        pump(tcp::socket& source, tcp::socket& sink, asio::io_context& context, std::uint64_t seed)
            : from{source}, to{sink}, timer{context}, random{seed}
        {
        }
        tcp::socket& from;
        tcp::socket& to;
        asio::steady_timer timer;
        std::mt19937_64 random;
        std::deque<chunk> queue{};
        std::size_t queued = 0;
        std::size_t budget = 0;
        steady::time_point budget_until{};
        bool reading = false, writing = false, waiting = false, posted = false;
        bool ended = false; // the source has said all
        bool deaf = false;  // what it says is lost
        bool over = false;
    };

    pump& of(way which) { return pumps_[static_cast<std::size_t>(which)]; }
    line_faults const& faults(way which) const { return weather_->faults[static_cast<std::size_t>(which)]; }

    void prepare(tcp::socket& socket)
    {
        std::error_code ignored;
        socket.non_blocking(true, ignored);
        socket.set_option(tcp::no_delay{true}, ignored);
    }

    // Does what can be done now, then waits for what can be done later.
    void run(way which)
    {
        pump& one = of(which);
        bool const usable = one.from.is_open() && (one.deaf || one.to.is_open());
        if (!started_ || one.over || one.posted || !usable || faults(which).frozen)
            return;
        do {
            if (!read(which) || !write(which))
                return;
        } while (one.queued < queue_limit && !one.reading && !one.ended);
        if (one.ended && one.queue.empty())
            end(one);
    }

    // False when the connection is gone.
    bool read(way which)
    {
        pump& one = of(which);
        std::array<char, 16 * 1024> room;
        while (!one.ended && !one.reading && one.queued < queue_limit) {
            std::error_code ec;
            std::size_t const count = one.from.read_some(asio::buffer(room), ec);
            if (ec == asio::error::would_block) {
                one.reading = true;
                one.from.async_wait(tcp::socket::wait_read, [self = shared_from_this(), which](std::error_code) {
                    self->of(which).reading = false;
                    self->run(which);
                });
            } else if (ec == asio::error::eof) {
                one.ended = true;
            } else if (ec) {
                reset();
                return false;
            } else if (faults(which).swallowed || one.deaf) {
                one.deaf = true;
            } else {
                push(one, {room.data(), count}, faults(which).latency);
            }
        }
        return true;
    }

    static void push(pump& one, std::string_view bytes, std::chrono::milliseconds latency)
    {
        auto due = steady::now() + latency;
        if (!one.queue.empty())
            due = std::max(due, one.queue.back().due);
        one.queue.push_back({due, std::string(bytes), 0});
        one.queued += bytes.size();
    }

    // False when the connection is gone, or there will be another turn.
    bool write(way which)
    {
        pump& one = of(which);
        while (!one.queue.empty() && !one.writing) {
            auto const now = steady::now();
            std::size_t const most = allowed(one, which, now);
            if (most == 0)
                break;
            std::error_code ec;
            std::string_view const bytes = one.queue.front().rest();
            std::size_t const count = one.to.write_some(asio::buffer(bytes.data(), most), ec);
            if (ec == asio::error::would_block) {
                one.writing = true;
                one.to.async_wait(tcp::socket::wait_write, [self = shared_from_this(), which](std::error_code) {
                    self->of(which).writing = false;
                    self->run(which);
                });
                break;
            }
            if (ec || !written(one, which, count)) {
                reset();
                return false;
            }
            if (faults(which).piece != 0) {
                one.posted = true;
                asio::post(context_, [self = shared_from_this(), which] {
                    self->of(which).posted = false;
                    self->run(which);
                });
                return false;
            }
        }
        return true;
    }

    // How many bytes may be written now; arms the timer if the answer is none.
    std::size_t allowed(pump& one, way which, steady::time_point now)
    {
        line_faults const& plan = faults(which);
        chunk const& first = one.queue.front();
        std::size_t most = first.rest().size();
        if (first.due > now)
            return wait_until(one, which, first.due);
        if (plan.per_tick != 0) {
            if (now >= one.budget_until) {
                one.budget = plan.per_tick;
                one.budget_until = now + tick;
            }
            if (one.budget == 0)
                return wait_until(one, which, one.budget_until);
            most = std::min(most, one.budget);
        }
        if (plan.piece != 0)
            most = std::min<std::size_t>(most, 1 + one.random() % plan.piece);
        if (auto const& left = weather_->cut_after[static_cast<std::size_t>(which)])
            most = static_cast<std::size_t>(std::min<std::uint64_t>(most, std::max<std::uint64_t>(*left, 1)));
        return most;
    }

    std::size_t wait_until(pump& one, way which, steady::time_point when)
    {
        if (one.waiting)
            return 0;
        one.waiting = true;
        one.timer.expires_at(when);
        one.timer.async_wait([self = shared_from_this(), which](std::error_code) {
            self->of(which).waiting = false;
            self->run(which);
        });
        return 0;
    }

    // False when that was the last byte before the cut.
    bool written(pump& one, way which, std::size_t count)
    {
        one.queue.front().sent += count;
        if (one.queue.front().rest().empty())
            one.queue.pop_front();
        one.queued -= count;
        one.budget -= std::min(one.budget, count);
        weather_->bytes[static_cast<std::size_t>(which)] += count;
        auto& left = weather_->cut_after[static_cast<std::size_t>(which)];
        if (!left)
            return true;
        *left -= std::min<std::uint64_t>(*left, count);
        if (*left != 0)
            return true;
        left.reset();
        return false;
    }

    // A connection that has lost bytes and is given up by its client is of no use to its server either.
    void end(pump& one)
    {
        one.over = true;
        std::error_code ignored;
        if (!one.deaf)
            one.to.shutdown(tcp::socket::shutdown_send, ignored);
        else if (&one == &pumps_[0])
            reset();
        if (pumps_[0].over && pumps_[1].over)
            close();
    }

    asio::io_context& context_;
    tcp::socket client_;
    tcp::socket server_;
    std::shared_ptr<weather> weather_;
    std::array<pump, 2> pumps_;
    bool started_ = false;
};

} // namespace proxy_detail

class fault_proxy {
public:
    fault_proxy(asio::io_context& context, std::uint16_t server_port, std::uint64_t seed = 1)
        : context_{context}, server_port_{server_port}, seed_{seed}, claim_{context, proxy_detail::tcp::v4()}
    {
        // Bound and never listened on: whoever connects while there is no acceptor is refused.
        claim_.set_option(asio::socket_base::reuse_address{true});
        claim_.bind({asio::ip::address_v4::loopback(), 0});
        port_ = claim_.local_endpoint().port();
        listen();
    }
    fault_proxy(fault_proxy const&) = delete;
    fault_proxy& operator=(fault_proxy const&) = delete;
    ~fault_proxy() { close(); }

    std::uint16_t port() const noexcept { return port_; }
    std::string url(std::string_view nsp = "") const { return "http://127.0.0.1:" + std::to_string(port_) + std::string{nsp}; }

    // For connections old and new, until the next set() or heal().
    void set(way which, line_faults faults)
    {
        weather_->faults[static_cast<std::size_t>(which)] = faults;
        each([](proxy_detail::link& one) { one.wake(); });
    }
    void set(line_faults faults)
    {
        set(way::to_server, faults);
        set(way::to_client, faults);
    }
    // Exactly so many bytes more go this way, on whatever connection; the one with the last of them is reset.
    void cut_after(way which, std::uint64_t bytes) { weather_->cut_after[static_cast<std::size_t>(which)] = bytes; }
    void admit(admission how)
    {
        weather_->admits = how;
        if (how == admission::refuse)
            acceptor_.reset();
        else if (!acceptor_)
            listen();
    }
    // What is over already is not undone.
    void heal()
    {
        weather_->cut_after = {};
        admit(admission::forward);
        set({});
    }

    // To all connections that there are.
    void reset()
    {
        each([](proxy_detail::link& one) { one.reset(); });
    }
    void finish(way which)
    {
        each([which](proxy_detail::link& one) { one.finish(which); });
    }

    std::uint64_t connections() const noexcept { return weather_->connections; } // accepted, ever
    std::uint64_t bytes(way which) const noexcept { return weather_->bytes[static_cast<std::size_t>(which)]; }
    std::size_t open()
    {
        std::size_t count = 0;
        each([&](proxy_detail::link&) { ++count; });
        return count;
    }

    void close()
    {
        acceptor_.reset();
        std::error_code ignored;
        claim_.close(ignored);
        each([](proxy_detail::link& one) { one.close(); });
        links_.clear();
    }

private:
    using tcp = proxy_detail::tcp;

    // While an acceptor waits for its last handler, the next one may be there already.
    void listen()
    {
        acceptor_ = std::make_shared<tcp::acceptor>(context_);
        acceptor_->open(tcp::v4());
        acceptor_->set_option(asio::socket_base::reuse_address{true});
        acceptor_->bind({asio::ip::address_v4::loopback(), port_});
        acceptor_->set_option(asio::socket_base::receive_buffer_size{64 * 1024}); // so that a frozen one is soon full
        acceptor_->listen();
        accept();
    }
    void accept()
    {
        acceptor_->async_accept([this, weak = std::weak_ptr{acceptor_}](std::error_code ec, tcp::socket client) {
            if (weak.expired() || ec)
                return; // then this proxy may be gone
            take(std::move(client));
            accept();
        });
    }
    void take(tcp::socket client)
    {
        ++weather_->connections;
        if (weather_->admits == admission::close)
            return;
        seed_ += 2;
        auto const made = std::make_shared<proxy_detail::link>(context_, std::move(client), weather_, seed_);
        links_.insert(made);
        if (weather_->admits == admission::hold)
            made->hold();
        else
            made->forward(server_port_);
    }

    // Those that are over are forgotten here.
    template <class Action>
    void each(Action action)
    {
        auto const all = links_;
        for (auto const& one : all) {
            if (one->is_open())
                action(*one);
            if (!one->is_open())
                links_.erase(one);
        }
    }

    asio::io_context& context_;
    std::uint16_t server_port_;
    std::uint64_t seed_;
    std::uint16_t port_ = 0;
    tcp::socket claim_;
    std::shared_ptr<tcp::acceptor> acceptor_;
    std::shared_ptr<proxy_detail::weather> weather_ = std::make_shared<proxy_detail::weather>();
    std::set<std::shared_ptr<proxy_detail::link>> links_;
};

} // namespace support
