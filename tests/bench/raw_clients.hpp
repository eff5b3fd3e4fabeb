// The other side of the server's benchmark: many WebSockets on one thread, over epoll. It frames nothing while the
// clock runs and validates as little as it can, so that it is never the slower side. Linux only.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

// A client's text frame, masked.
inline std::string client_frame(std::string_view text)
{
    static constexpr std::array<char, 4> mask{'\x37', '\x5a', '\x21', '\x3d'};
    std::string frame{'\x81'};
    if (text.size() < 126) {
        frame += static_cast<char>(0x80 | text.size());
    } else {
        frame += '\xfe';
        frame += static_cast<char>(text.size() >> 8 & 0xff);
        frame += static_cast<char>(text.size() & 0xff);
    }
    frame.append(mask.data(), mask.size());
    for (std::size_t i = 0; i != text.size(); ++i)
        frame += static_cast<char>(text[i] ^ mask[i % 4]);
    return frame;
}

inline void allow_many_files()
{
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

// Sockets of the namespace "/" of one server.
class raw_clients {
public:
    struct member {
        int fd = -1;
        std::size_t number = 0;
        std::string in{};  // less than a frame, or a head
        std::string out{}; // what the system did not take
        enum class stage : std::uint8_t { upgrading, connecting, ready } at = stage::upgrading;
        bool queued = false;
        bool blocked = false;
    };

    explicit raw_clients(std::uint16_t port) : port_{port}, epoll_{epoll_create1(0)}, room_(256 * 1024) {}
    raw_clients(raw_clients const&) = delete;
    raw_clients& operator=(raw_clients const&) = delete;
    ~raw_clients()
    {
        for (auto const& each : members_)
            close(each.fd);
        close(epoll_);
    }

    std::size_t size() const noexcept { return members_.size(); }
    member& operator[](std::size_t i) { return members_[i]; }

    // So many more, a few of them at a time; until all are connected.
    void open(std::size_t count)
    {
        static constexpr std::size_t at_once = 64;
        std::size_t const wanted = ready_ + count;
        run([](member&, std::string_view) {},
            [&] {
                while (members_.size() != wanted && members_.size() - ready_ < at_once)
                    dial();
                hand_over();
                return ready_ == wanted;
            });
    }

    // Leaves with what else is sent in this turn.
    void send(member& by, std::string_view frames)
    {
        by.out += frames;
        if (!by.queued && !by.blocked) {
            by.queued = true;
            queue_.push_back(&by);
        }
    }

    // Does not wait for the next turn.
    void hand_over()
    {
        for (member* const each : queue_) {
            each->queued = false;
            write(*each);
        }
        queue_.clear();
    }

    // Tells of packets, without Engine.IO's "4", until `done` says so. Throws if nothing happens for long.
    template <class OnPacket, class Done>
    void run(OnPacket on_packet, Done done)
    {
        std::array<epoll_event, 256> events;
        hand_over();
        while (!done()) {
            int const count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20000);
            if (count <= 0)
                throw std::runtime_error{"the server says nothing"};
            for (int i = 0; i != count; ++i) {
                auto& who = *static_cast<member*>(events[static_cast<std::size_t>(i)].data.ptr);
                if (events[static_cast<std::size_t>(i)].events & EPOLLOUT)
                    write(who);
                if (events[static_cast<std::size_t>(i)].events & ~static_cast<std::uint32_t>(EPOLLOUT))
                    read(who, on_packet);
            }
            hand_over();
        }
    }

private:
    void dial()
    {
        member& made = members_.emplace_back();
        made.number = members_.size() - 1;
        made.fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port_);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (made.fd < 0 || connect(made.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error{"no connection: " + std::string{std::strerror(errno)}};
        int const on = 1;
        setsockopt(made.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(made.fd, F_SETFL, O_NONBLOCK);
        watch(made, EPOLL_CTL_ADD, EPOLLIN);
        send(made, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    }

    void watch(member& who, int how, std::uint32_t what)
    {
        epoll_event event{};
        event.events = what;
        event.data.ptr = &who;
        epoll_ctl(epoll_, how, who.fd, &event);
    }

    void write(member& who)
    {
        ssize_t const count = ::send(who.fd, who.out.data(), who.out.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN)
            throw std::runtime_error{"a write failed: " + std::string{std::strerror(errno)}};
        who.out.erase(0, count < 0 ? 0 : static_cast<std::size_t>(count));
        if (who.blocked == who.out.empty()) {
            who.blocked = !who.out.empty();
            watch(who, EPOLL_CTL_MOD, who.blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
        }
    }

    template <class OnPacket>
    void read(member& who, OnPacket& on_packet)
    {
        std::size_t const kept = who.in.size();
        who.in.copy(room_.data(), kept);
        ssize_t const count = recv(who.fd, room_.data() + kept, room_.size() - kept, 0);
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0)
            throw std::runtime_error{"the server has closed a connection"};
        std::string_view rest{room_.data(), kept + static_cast<std::size_t>(count)};
        if (who.at != member::stage::upgrading || take_head(who, rest))
            while (take_frame(who, rest, on_packet)) {
            }
        who.in.assign(rest);
    }

    bool take_head(member& who, std::string_view& rest)
    {
        std::size_t const end = rest.find("\r\n\r\n");
        if (end == std::string_view::npos)
            return false;
        if (!rest.starts_with("HTTP/1.1 101"))
            throw std::runtime_error{"refused: " + std::string{rest.substr(0, end)}};
        rest.remove_prefix(end + 4);
        who.at = member::stage::connecting;
        return true;
    }

    template <class OnPacket>
    bool take_frame(member& who, std::string_view& rest, OnPacket& on_packet)
    {
        auto const byte = [&rest](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
        if (rest.size() < 2)
            return false;
        std::size_t head = 2;
        std::size_t size = byte(1);
        if (size == 126) {
            head = 4;
            if (rest.size() < head)
                return false;
            size = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
        }
        if (rest.size() < head + size)
            return false;
        if (byte(0) != 0x81 || byte(1) > 126 || size == 0)
            throw std::runtime_error{"an unexpected frame"};
        on_message(who, rest.substr(head, size), on_packet);
        rest.remove_prefix(head + size);
        return true;
    }

    template <class OnPacket>
    void on_message(member& who, std::string_view message, OnPacket& on_packet)
    {
        if (message == "2") {
            send(who, pong_);
        } else if (message.front() == '0') {
            send(who, connect_);
        } else if (message.starts_with("40")) {
            who.at = member::stage::ready;
            ++ready_;
        } else {
            on_packet(who, message.substr(1));
        }
    }

    std::uint16_t const port_;
    int const epoll_;
    std::deque<member> members_; // they stay where they are
    std::vector<member*> queue_;
    std::vector<char> room_;
    std::size_t ready_ = 0;
    std::string const pong_ = client_frame("3");
    std::string const connect_ = client_frame("40");
};

} // namespace bench
