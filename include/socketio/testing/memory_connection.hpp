// A connection in memory, with the faults of its link, in virtual time. One thread.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/link_rules.hpp>
#include <socketio/testing/seeded_random.hpp>
#include <socketio/testing/virtual_time.hpp>
#include <socketio/testing/wire_observer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace socketio::detail {

// What the n-th operation of a world is made to do. Operations are connects, reads and writes, of both sides.
enum class operation_fault : std::uint8_t {
    none,
    fails,      // nothing of it is done, and the connection is reset
    fails_after // it is done, but ends with an error, and the connection is reset
};

// What all connections of a world share.
struct memory_wire {
    explicit memory_wire(asio::io_context& on, std::uint64_t seed)
        : context{on},
          time{std::make_shared<testing::virtual_time>()},
          chance{std::make_shared<testing::seeded_random>(seed)}
    {}
    // The moment so long after now.
    clock::time_point in(std::chrono::nanoseconds wait) const noexcept { return deadline_after(time->now(), wait); }
    operation_fault next_operation()
    {
        ++operations;
        if (on_operation)
            on_operation(operations);
        return operations == fault_at ? fault : operation_fault::none;
    }

    asio::io_context& context;
    std::shared_ptr<testing::virtual_time> const time;
    std::shared_ptr<testing::seeded_random> const chance; // of the network, not of the program
    wire_observer* observer = nullptr;
    std::uint64_t connections = 0;
    std::uint64_t operations = 0;
    std::uint64_t fault_at = 0; // 0: none
    operation_fault fault = operation_fault::none;
    std::function<void(std::uint64_t)> on_operation;
    // Bytes of one direction that its sender may be ahead of its reader.
    std::size_t window = 256 * 1024;
    // After so long without an answer TCP gives a connection up: Linux, tcp_retries2.
    std::chrono::nanoseconds give_up{std::chrono::minutes{15}};
    bool closed = false;
};

class memory_connection;

// One end of it.
class memory_stream final : public byte_stream {
public:
    memory_stream(std::shared_ptr<memory_connection> of, bool connects) : of_{std::move(of)}, connects_{connects} {}
    SOCKETIO_TESTING_DECL ~memory_stream() override;

    SOCKETIO_TESTING_DECL void async_read_some(asio::mutable_buffer into, handler done) override;
    SOCKETIO_TESTING_DECL void async_write(asio::const_buffer from, handler done) override;
    SOCKETIO_TESTING_DECL void shutdown_send() noexcept override;
    SOCKETIO_TESTING_DECL void close() noexcept override;
    // The same, but the peer sees a reset behind what was written before.
    void reset() noexcept;

private:
    std::shared_ptr<memory_connection> const of_;
    bool const connects_; // the end that has connected
};

class memory_connection final : public std::enable_shared_from_this<memory_connection> {
public:
    using handler = byte_stream::handler;

    memory_connection(std::shared_ptr<memory_wire> wire, std::shared_ptr<link_rules> rules, std::uint64_t number);

    std::uint64_t number() const noexcept { return number_; }
    std::shared_ptr<link_rules> const& rules() const noexcept { return rules_; }
    bool over() const noexcept { return up_.writer_gone && down_.writer_gone; }

    // `up`: the end that has connected acts.
    void read(bool up, asio::mutable_buffer into, handler done);
    void write(bool up, asio::const_buffer from, handler done);
    void shutdown_send(bool up) noexcept;
    void close(bool up, bool resets = false) noexcept;

    // Both ends fail now, as by a RST of something in between.
    void reset();
    // From now on nothing arrives any more, and no end is told.
    void go_dark();
    // The rules have changed.
    void look_again();
    // The world ends: handlers are destroyed without a call.
    void drop() noexcept;

private:
    struct piece {
        clock::time_point arrives;
        std::string bytes{};
        std::error_code end{}; // of the direction: eof, or a reset
    };
    // One direction, from its writer to its reader.
    struct way {
        std::deque<piece> flying;
        std::string arrived;         // and not read
        std::size_t ahead = 0;       // bytes that are flying, or arrived and not read
        std::uint64_t delivered = 0; // bytes
        clock::time_point free_at{}; // the bandwidth is taken until then
        std::optional<std::uint64_t> wait;
        std::optional<std::uint64_t> giving_up;
        bool ended = false;         // nothing is written any more
        bool writer_gone = false;   // that end is closed
        std::error_code read_error; // behind what has arrived
        std::error_code write_error;
        asio::mutable_buffer into{};
        handler reading;
        operation_fault read_fault = operation_fault::none;
        handler writing; // until there is room
        std::size_t writing_size = 0;
    };

    way& of(bool up) noexcept { return up ? up_ : down_; }
    direction_rules& rules_of(bool up) const noexcept { return up ? rules_->up : rules_->down; }
    void fly(bool up, std::string bytes);
    void fly_end(bool up, std::error_code how);
    clock::time_point next_arrival(bool up, std::size_t size);
    void arm(bool up);
    void await_giving_up(bool up);
    void give_up_later(bool up);
    void deliver(bool up);
    void take(bool up, piece next);
    bool split_at_mark(bool up, std::string& bytes);
    void arrive(bool up, std::string bytes);
    void corrupt(std::string& bytes);
    void answer_with_reset(bool up);
    void serve(bool up);
    void release_writer(way& of);
    void fail_reader(bool up, std::error_code why);
    void fail_writer(bool up, std::error_code why);
    void fail_end(bool writes, std::error_code why);
    void finish(handler done, std::error_code ec, std::size_t count);
    void forget(std::optional<std::uint64_t>& wait) noexcept;
    void tell_end(bool up, std::string_view how);
    // Calls it with this connection, if that still is.
    std::uint64_t later(clock::time_point when, unique_function<void(memory_connection&)> act);

    std::shared_ptr<memory_wire> const wire_;
    std::shared_ptr<link_rules> const rules_;
    std::uint64_t const number_;
    way up_, down_;
    bool dark_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/memory_connection.ipp>
#endif
