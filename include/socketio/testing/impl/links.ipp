// Rules, and what happens at once.
#pragma once

#include <socketio/testing/links.hpp>

#include <algorithm>
#include <limits>

namespace socketio::testing {

SOCKETIO_TESTING_DECL links& links::change(std::function<void(detail::direction_rules&)> change)
{
    network_->change(client_, server_, [up = up_, down = down_, change = std::move(change)](detail::link_rules& rules) {
        if (up)
            change(rules.up);
        if (down)
            change(rules.down);
    });
    return *this;
}

SOCKETIO_TESTING_DECL links& links::latency(std::chrono::nanoseconds value, std::chrono::nanoseconds jitter)
{
    return change([=](detail::direction_rules& rules) { rules.latency = value, rules.jitter = jitter; });
}

SOCKETIO_TESTING_DECL links& links::bandwidth(std::uint64_t bytes_per_second)
{
    return change([=](detail::direction_rules& rules) { rules.bandwidth = bytes_per_second; });
}

SOCKETIO_TESTING_DECL links& links::slice(std::size_t bytes, std::chrono::nanoseconds delay)
{
    return change([=](detail::direction_rules& rules) { rules.slice = bytes, rules.slice_delay = delay; });
}

SOCKETIO_TESTING_DECL links& links::limit_data(std::uint64_t bytes)
{
    return change([=](detail::direction_rules& rules) { rules.data_limit = bytes; });
}

SOCKETIO_TESTING_DECL links& links::slow_close(std::chrono::nanoseconds delay)
{
    return change([=](detail::direction_rules& rules) { rules.close_delay = delay; });
}

SOCKETIO_TESTING_DECL links& links::corrupt(double share)
{
    return change([=](detail::direction_rules& rules) { rules.corrupt = share; });
}

SOCKETIO_TESTING_DECL links& links::hold()
{
    return change([](detail::direction_rules& rules) { rules.held = true; });
}

SOCKETIO_TESTING_DECL links& links::release()
{
    return change([](detail::direction_rules& rules) { rules.held = false; });
}

SOCKETIO_TESTING_DECL links& links::partition()
{
    return change([](detail::direction_rules& rules) { rules.cut = true; });
}

SOCKETIO_TESTING_DECL links& links::repair()
{
    return change([](detail::direction_rules& rules) { rules.cut = false; });
}

SOCKETIO_TESTING_DECL links& links::reset()
{
    network_->each_connection(client_, server_, [](detail::memory_connection& each) { each.reset(); });
    return *this;
}

SOCKETIO_TESTING_DECL links& links::half_open()
{
    network_->each_connection(client_, server_, [](detail::memory_connection& each) { each.go_dark(); });
    return *this;
}

SOCKETIO_TESTING_DECL links& links::drop_connects(std::uint64_t count)
{
    network_->change(client_, server_, [count](detail::link_rules& rules) { rules.drops = count; });
    return *this;
}

SOCKETIO_TESTING_DECL links& links::refuse(int status, std::uint64_t count,
    std::vector<std::pair<std::string, std::string>> headers)
{
    network_->change(client_, server_, [status, count, headers = std::move(headers)](detail::link_rules& rules) {
        rules.http_refusals = count;
        rules.refusal = {status, headers};
    });
    return *this;
}

SOCKETIO_TESTING_DECL links& links::clear()
{
    network_->change(client_, server_, [](detail::link_rules& rules) {
        rules.drops = 0;
        rules.http_refusals = 0;
    });
    return change([](detail::direction_rules& rules) {
        auto const carried = rules.carried;
        rules = {};
        rules.carried = carried;
    });
}

SOCKETIO_TESTING_DECL links& links::at_byte(std::uint64_t n, std::function<void()> act)
{
    network_->change(client_, server_, [n, up = up_, act = std::move(act)](detail::link_rules& rules) {
        auto& direction = up ? rules.up : rules.down;
        auto const at = direction.carried + n;
        auto const behind = std::find_if(direction.marks.begin(), direction.marks.end(),
            [at](auto const& each) { return each.at > at; });
        direction.marks.insert(behind, {at, act});
    });
    return *this;
}

} // namespace socketio::testing
