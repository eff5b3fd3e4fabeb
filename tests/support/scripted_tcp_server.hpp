// Listeners that do what a test says, in blocking calls on threads of their own: proxies, servers that redirect,
// servers that never answer. They know nothing of the library.
#pragma once

#include <asio/buffer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace support {

class scripted_tcp_server;

// One connection that a scripted_tcp_server has accepted. On its thread.
class scripted_connection {
public:
    using socket_type = asio::generic::stream_protocol::socket;

    scripted_connection(scripted_tcp_server& host, socket_type socket, std::size_t number) : host_{host}, socket_{std::move(socket)}, number_{number} {}

    std::size_t number() const noexcept { return number_; } // from 0

    // Up to and with `end`; what was there if the stream ends before.
    std::string read_until(std::string_view end)
    {
        std::error_code ec;
        asio::read_until(socket_, asio::dynamic_buffer(input_), end, ec);
        std::size_t const found = input_.find(end);
        std::size_t const size = found == std::string::npos ? input_.size() : found + end.size();
        std::string result = input_.substr(0, size);
        input_.erase(0, size);
        return result;
    }
    // The head of a request, which is noted.
    inline std::string read_head();
    std::string read(std::size_t size)
    {
        std::error_code ec;
        if (input_.size() < size)
            asio::read(socket_, asio::dynamic_buffer(input_), asio::transfer_exactly(size - input_.size()), ec);
        std::string result = input_.substr(0, size);
        input_.erase(0, size);
        return result;
    }
    void read_to_end()
    {
        std::error_code ec;
        asio::read(socket_, asio::dynamic_buffer(input_), ec);
    }
    void write(std::string_view bytes)
    {
        std::error_code ec;
        asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ec);
    }

    // Where it comes from, as a note.
    inline void note_address();

    // Joined to another server until either side ends. First `already` goes there; the answer's first line is followed
    // by `headers`.
    inline void relay(std::uint16_t port, std::string_view already = {}, std::string_view headers = {});

private:
    friend scripted_tcp_server;

    static void pump(socket_type& from, socket_type& to)
    {
        std::array<char, 4096> room;
        std::error_code ec;
        while (!ec) {
            std::size_t const count = from.read_some(asio::buffer(room), ec);
            if (count != 0)
                asio::write(to, asio::buffer(room.data(), count), ec);
        }
        ::shutdown(to.native_handle(), SHUT_RDWR);
        ::shutdown(from.native_handle(), SHUT_RDWR);
    }

    scripted_tcp_server& host_;
    socket_type socket_;
    std::size_t number_;
    std::string input_;
};

class scripted_tcp_server {
public:
    using plan = std::function<void(scripted_connection&)>;

    explicit scripted_tcp_server(plan does, std::string const& address = "127.0.0.1")
        : scripted_tcp_server{asio::ip::tcp::endpoint{asio::ip::make_address(address), 0}, std::move(does)}
    {
    }
    scripted_tcp_server(asio::generic::stream_protocol::endpoint const& at, plan does) : does_{std::move(does)}, acceptor_{context_}
    {
        acceptor_.open(at.protocol());
        acceptor_.bind(at);
        acceptor_.listen();
        thread_ = std::thread{[this] { accept(); }};
    }
    scripted_tcp_server(scripted_tcp_server const&) = delete;
    scripted_tcp_server& operator=(scripted_tcp_server const&) = delete;
    ~scripted_tcp_server()
    {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
        {
            std::lock_guard const lock{mutex_};
            for (auto const handle : open_)
                ::shutdown(handle, SHUT_RDWR);
        }
        for (auto& each : visits_)
            each.join();
    }

    std::uint16_t port() const
    {
        asio::ip::tcp::endpoint at;
        auto const local = acceptor_.local_endpoint();
        std::memcpy(at.data(), local.data(), local.size());
        return at.port();
    }
    std::string authority() const { return "127.0.0.1:" + std::to_string(port()); }
    std::string url(std::string_view scheme = "http") const { return std::string{scheme} + "://" + authority(); }

    void note(std::string line)
    {
        std::lock_guard const lock{mutex_};
        notes_.push_back(std::move(line));
    }
    std::vector<std::string> notes()
    {
        std::lock_guard const lock{mutex_};
        return notes_;
    }
    std::size_t visitors()
    {
        std::lock_guard const lock{mutex_};
        return visits_.size();
    }

private:
    friend scripted_connection;

    void accept()
    {
        for (std::size_t number = 0;; ++number) {
            std::error_code ec;
            scripted_connection::socket_type socket{context_};
            acceptor_.accept(socket, ec);
            if (ec)
                return;
            std::lock_guard const lock{mutex_};
            open_.push_back(socket.native_handle());
            visits_.emplace_back([this, number, taken = std::move(socket)]() mutable { visit(std::move(taken), number); });
        }
    }
    void visit(scripted_connection::socket_type socket, std::size_t number)
    {
        scripted_connection one{*this, std::move(socket), number};
        does_(one);
        end(one.socket_);
    }
    void begin(scripted_connection::socket_type& socket)
    {
        std::lock_guard const lock{mutex_};
        open_.push_back(socket.native_handle());
    }
    // Under the lock, so that nobody shuts down a handle that means another socket by then.
    void end(scripted_connection::socket_type& socket)
    {
        std::lock_guard const lock{mutex_};
        std::erase(open_, socket.native_handle());
        std::error_code ignored;
        socket.close(ignored);
    }

    plan does_;
    asio::io_context context_;
    asio::basic_socket_acceptor<asio::generic::stream_protocol> acceptor_;
    std::mutex mutex_; // guards all below
    std::vector<int> open_;
    std::list<std::thread> visits_;
    std::vector<std::string> notes_;
    std::thread thread_;
};

inline std::string scripted_connection::read_head()
{
    std::string head = read_until("\r\n\r\n");
    host_.note(head);
    return head;
}

inline void scripted_connection::note_address()
{
    asio::ip::tcp::endpoint from;
    auto const remote = socket_.remote_endpoint();
    std::memcpy(from.data(), remote.data(), remote.size());
    host_.note(from.address().to_string());
}

inline void scripted_connection::relay(std::uint16_t port, std::string_view already, std::string_view headers)
{
    socket_type other{socket_.get_executor()};
    std::error_code ec;
    asio::ip::tcp::endpoint const to{asio::ip::address_v4::loopback(), port};
    other.open(to.protocol());
    host_.begin(other);
    other.connect(to, ec);
    asio::write(other, asio::buffer(already.data(), already.size()), ec);
    asio::write(other, asio::buffer(input_), ec);
    if (!headers.empty()) {
        std::string answer;
        asio::read_until(other, asio::dynamic_buffer(answer), "\r\n", ec);
        answer.insert(answer.find("\r\n") + 2, headers);
        asio::write(socket_, asio::buffer(answer), ec);
    }
    std::thread back{[&] { pump(other, socket_); }};
    pump(socket_, other);
    back.join();
    host_.end(other);
}

} // namespace support
