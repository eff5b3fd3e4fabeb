// How bytes fly, and how a connection ends.
#pragma once

#include <socketio/testing/memory_connection.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace socketio::detail {

SOCKETIO_TESTING_DECL memory_stream::~memory_stream()
{
    of_->close(connects_);
}

SOCKETIO_TESTING_DECL void memory_stream::async_read_some(asio::mutable_buffer into, handler done)
{
    of_->read(!connects_, into, std::move(done));
}

SOCKETIO_TESTING_DECL void memory_stream::async_write(asio::const_buffer from, handler done)
{
    of_->write(connects_, from, std::move(done));
}

SOCKETIO_TESTING_DECL void memory_stream::shutdown_send() noexcept
{
    of_->shutdown_send(connects_);
}

SOCKETIO_TESTING_DECL void memory_stream::close() noexcept
{
    of_->close(connects_);
}

SOCKETIO_TESTING_DECL void memory_stream::reset() noexcept
{
    of_->close(connects_, true);
}

SOCKETIO_TESTING_DECL memory_connection::memory_connection(std::shared_ptr<memory_wire> wire,
    std::shared_ptr<link_rules> rules, std::uint64_t number)
    : wire_{std::move(wire)}, rules_{std::move(rules)}, number_{number}
{}

SOCKETIO_TESTING_DECL void memory_connection::read(bool up, asio::mutable_buffer into, handler done)
{
    way& in = of(up);
    if (wire_->closed)
        return;
    if (of(!up).writer_gone) {
        finish(std::move(done), asio_error(asio::error::operation_aborted), 0);
        return;
    }
    auto const fault = wire_->next_operation();
    in.into = into;
    in.reading = std::move(done);
    in.read_fault = fault;
    if (fault == operation_fault::fails)
        reset();
    serve(up);
}

SOCKETIO_TESTING_DECL void memory_connection::write(bool up, asio::const_buffer from, handler done)
{
    way& out = of(up);
    if (wire_->closed)
        return;
    auto const fault = wire_->next_operation();
    if (fault == operation_fault::fails)
        reset();
    std::string bytes{static_cast<char const*>(from.data()), from.size()};
    if (!out.write_error && !out.ended && wire_->observer != nullptr)
        wire_->observer->on_written({number_, up}, bytes);
    if (out.ended || out.writer_gone || out.write_error) { // perhaps since this moment
        auto const why = out.writer_gone   ? asio_error(asio::error::operation_aborted)
                         : out.write_error ? out.write_error
                                           : asio_error(asio::error::broken_pipe);
        finish(std::move(done), why, 0);
        return;
    }
    out.ahead += bytes.size();
    fly(up, std::move(bytes));
    out.writing = std::move(done);
    out.writing_size = from.size();
    if (fault == operation_fault::fails_after)
        reset();
    else
        release_writer(out);
}

SOCKETIO_TESTING_DECL void memory_connection::shutdown_send(bool up) noexcept
{
    way& out = of(up);
    if (!std::exchange(out.ended, true) && !wire_->closed)
        fly_end(up, asio_error(asio::error::eof));
}

// As in a kernel, whoever closes without having read everything tells the peer by a reset.
SOCKETIO_TESTING_DECL void memory_connection::close(bool up, bool resets) noexcept
{
    way& out = of(up);
    way& in = of(!up);
    if (std::exchange(out.writer_gone, true) || wire_->closed)
        return;
    auto const aborted = asio_error(asio::error::operation_aborted);
    if (in.reading)
        finish(std::exchange(in.reading, {}), aborted, 0);
    if (out.writing)
        finish(std::exchange(out.writing, {}), aborted, 0);
    resets = resets || !in.arrived.empty(); // unread
    in.arrived.clear();
    if (!std::exchange(out.ended, true) || resets)
        fly_end(up, resets ? asio_error(asio::error::connection_reset) : asio_error(asio::error::eof));
}

SOCKETIO_TESTING_DECL void memory_connection::reset()
{
    if (up_.write_error && down_.write_error)
        return;
    auto const why = asio_error(asio::error::connection_reset);
    fail_end(true, why);
    fail_end(false, why);
}

SOCKETIO_TESTING_DECL void memory_connection::go_dark()
{
    dark_ = true;
    for (bool const up : {true, false}) {
        way& each = of(up);
        forget(each.wait);
        forget(each.giving_up);
        each.flying.clear();
    }
    tell_end(true, "lost");
    tell_end(false, "lost");
}

SOCKETIO_TESTING_DECL void memory_connection::look_again()
{
    for (bool const up : {true, false}) {
        arm(up);
        await_giving_up(up);
    }
}

SOCKETIO_TESTING_DECL void memory_connection::drop() noexcept
{
    for (way* const each : {&up_, &down_}) {
        each->reading.reset();
        each->writing.reset();
    }
}

SOCKETIO_TESTING_DECL void memory_connection::fly(bool up, std::string bytes)
{
    if (bytes.empty())
        return;
    if (dark_) { // what gets lost is not acknowledged
        give_up_later(up);
        return;
    }
    auto const& rules = rules_of(up);
    std::size_t const most = rules.slice == 0 ? bytes.size() : rules.slice;
    auto delay = std::chrono::nanoseconds{0};
    for (std::size_t at = 0; at < bytes.size(); at += most, delay += rules.slice_delay) {
        auto part = bytes.substr(at, most);
        auto const arrives = next_arrival(up, part.size()) + delay;
        of(up).flying.push_back({arrives, std::move(part)});
    }
    arm(up);
    await_giving_up(up);
}

SOCKETIO_TESTING_DECL void memory_connection::fly_end(bool up, std::error_code how)
{
    if (dark_ || of(up).write_error)
        return;
    of(up).flying.push_back({next_arrival(up, 0) + rules_of(up).close_delay, {}, how});
    arm(up);
    await_giving_up(up);
}

// Nothing overtakes what was written before.
SOCKETIO_TESTING_DECL clock::time_point memory_connection::next_arrival(bool up, std::size_t size)
{
    way& out = of(up);
    auto const& rules = rules_of(up);
    auto const now = wire_->time->now();
    if (rules.bandwidth != 0) {
        auto const taken = static_cast<double>(size) / static_cast<double>(rules.bandwidth);
        out.free_at = (std::max)(out.free_at, now) + std::chrono::nanoseconds{static_cast<std::int64_t>(taken * 1e9)};
    }
    auto latency = rules.latency;
    if (rules.jitter.count() > 0) {
        auto const spread = static_cast<std::uint64_t>(2 * rules.jitter.count() + 1);
        latency += std::chrono::nanoseconds{static_cast<std::int64_t>(wire_->chance->below(spread))} - rules.jitter;
    }
    auto const arrives = (std::max)(out.free_at, now) + (std::max)(latency, std::chrono::nanoseconds{0});
    return out.flying.empty() ? arrives : (std::max)(arrives, out.flying.back().arrives);
}

SOCKETIO_TESTING_DECL void memory_connection::arm(bool up)
{
    way& out = of(up);
    forget(out.wait);
    if (wire_->closed || out.flying.empty() || rules_of(up).held || rules_of(up).cut)
        return;
    out.wait = later(out.flying.front().arrives, [up](memory_connection& self) { self.deliver(up); });
}

SOCKETIO_TESTING_DECL void memory_connection::await_giving_up(bool up)
{
    way& out = of(up);
    if (!rules_of(up).cut || out.flying.empty() || wire_->closed) {
        forget(out.giving_up);
        return;
    }
    give_up_later(up);
}

SOCKETIO_TESTING_DECL void memory_connection::give_up_later(bool up)
{
    way& out = of(up);
    if (!out.giving_up)
        out.giving_up = later(wire_->in(wire_->give_up), [up](memory_connection& self) {
            self.of(up).giving_up.reset();
            self.fail_end(up, asio_error(asio::error::timed_out));
        });
}

SOCKETIO_TESTING_DECL void memory_connection::deliver(bool up)
{
    way& out = of(up);
    out.wait.reset();
    auto const now = wire_->time->now();
    while (!out.flying.empty() && out.flying.front().arrives <= now && !rules_of(up).held && !rules_of(up).cut) {
        piece next = std::move(out.flying.front());
        out.flying.pop_front();
        take(up, std::move(next));
    }
    arm(up);
}

SOCKETIO_TESTING_DECL void memory_connection::take(bool up, piece next)
{
    if (next.end) {
        bool const closed = next.end == asio_error(asio::error::eof);
        tell_end(up, closed ? "closed" : "reset");
        fail_reader(up, next.end);
        if (!closed)
            fail_writer(!up, next.end);
        return;
    }
    if (split_at_mark(up, next.bytes))
        return;
    auto const& rules = rules_of(up);
    if (of(up).delivered + next.bytes.size() < rules.data_limit) {
        arrive(up, std::move(next.bytes));
        return;
    }
    auto const already = (std::min)(of(up).delivered, rules.data_limit); // the limit may be newer than the connection
    next.bytes.resize(static_cast<std::size_t>(rules.data_limit - already));
    arrive(up, std::move(next.bytes));
    for (bool const each : {true, false}) {
        tell_end(each, "closed");
        fail_end(each, asio_error(asio::error::eof));
    }
}

// What lies before the mark arrives first, and the rest when the mark has been passed.
SOCKETIO_TESTING_DECL bool memory_connection::split_at_mark(bool up, std::string& bytes)
{
    auto& rules = rules_of(up);
    if (rules.marks.empty() || rules.carried + bytes.size() < rules.marks.front().at)
        return false;
    auto const before = rules.marks.front().at > rules.carried ? rules.marks.front().at - rules.carried - 1 : 0;
    of(up).flying.push_front({wire_->time->now(), bytes.substr(static_cast<std::size_t>(before)), {}});
    bytes.resize(static_cast<std::size_t>(before));
    auto const act = std::move(rules.marks.front().act);
    rules.marks.erase(rules.marks.begin());
    arrive(up, std::move(bytes));
    act();
    return true;
}

SOCKETIO_TESTING_DECL void memory_connection::arrive(bool up, std::string bytes)
{
    way& out = of(up);
    if (bytes.empty() || dark_)
        return;
    auto& rules = rules_of(up);
    rules.carried += bytes.size();
    out.delivered += bytes.size();
    if (of(!up).writer_gone) { // the end that should read
        answer_with_reset(up);
        return;
    }
    if (rules.corrupt > 0 && wire_->chance->happens(rules.corrupt))
        corrupt(bytes);
    out.arrived += bytes;
    if (wire_->observer != nullptr)
        wire_->observer->on_arrived({number_, up}, out.delivered);
    serve(up);
}

SOCKETIO_TESTING_DECL void memory_connection::corrupt(std::string& bytes)
{
    auto const at = static_cast<std::size_t>(wire_->chance->below(bytes.size()));
    auto const bit = static_cast<unsigned char>(1u << wire_->chance->below(8));
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ bit);
}

// The other end is closed, and its kernel says so.
SOCKETIO_TESTING_DECL void memory_connection::answer_with_reset(bool up)
{
    later(wire_->in(rules_of(!up).latency),
        [up](memory_connection& self) { self.fail_end(up, asio_error(asio::error::connection_reset)); });
}

SOCKETIO_TESTING_DECL void memory_connection::serve(bool up)
{
    way& in = of(up);
    if (!in.reading)
        return;
    if (in.arrived.empty()) {
        if (in.read_error)
            finish(std::exchange(in.reading, {}), in.read_error, 0);
        return;
    }
    auto const slice = rules_of(up).slice;
    std::size_t const most = slice == 0 ? in.into.size() : (std::min)(slice, in.into.size());
    std::size_t const count = (std::min)(most, in.arrived.size());
    std::memcpy(in.into.data(), in.arrived.data(), count);
    in.arrived.erase(0, count);
    in.ahead -= count;
    bool const fails = in.read_fault == operation_fault::fails_after;
    finish(std::exchange(in.reading, {}), fails ? asio_error(asio::error::connection_reset) : std::error_code{}, count);
    release_writer(in);
    if (fails)
        reset();
}

SOCKETIO_TESTING_DECL void memory_connection::release_writer(way& of)
{
    if (of.writing && of.ahead <= wire_->window)
        finish(std::exchange(of.writing, {}), {}, of.writing_size);
}

SOCKETIO_TESTING_DECL void memory_connection::fail_reader(bool up, std::error_code why)
{
    way& in = of(up);
    if (!in.read_error)
        in.read_error = why;
    serve(up);
}

SOCKETIO_TESTING_DECL void memory_connection::fail_writer(bool up, std::error_code why)
{
    way& out = of(up);
    if (out.write_error)
        return;
    out.write_error = why;
    out.flying.clear();
    forget(out.wait);
    forget(out.giving_up);
    if (out.writing)
        finish(std::exchange(out.writing, {}), why, 0);
}

// `writes`: the end that writes the direction up.
SOCKETIO_TESTING_DECL void memory_connection::fail_end(bool writes, std::error_code why)
{
    bool const first = !of(writes).write_error;
    fail_writer(writes, why);
    fail_reader(!writes, why);
    if (first && why == asio_error(asio::error::connection_reset))
        tell_end(!writes, "reset");
    else if (first && why == asio_error(asio::error::timed_out))
        tell_end(!writes, "timed out");
}

SOCKETIO_TESTING_DECL void memory_connection::finish(handler done, std::error_code ec, std::size_t count)
{
    asio::post(wire_->context, [done = std::move(done), ec, count]() mutable { done(ec, count); });
}

SOCKETIO_TESTING_DECL void memory_connection::forget(std::optional<std::uint64_t>& wait) noexcept
{
    if (wait)
        wire_->time->cancel(*wait);
    wait.reset();
}

SOCKETIO_TESTING_DECL void memory_connection::tell_end(bool up, std::string_view how)
{
    if (wire_->observer != nullptr)
        wire_->observer->on_ended({number_, up}, how);
}

SOCKETIO_TESTING_DECL std::uint64_t memory_connection::later(clock::time_point when,
    unique_function<void(memory_connection&)> act)
{
    return wire_->time->wait_until(when, [weak = weak_from_this(), act = std::move(act)]() mutable {
        if (auto const self = weak.lock())
            act(*self);
    });
}

} // namespace socketio::detail
