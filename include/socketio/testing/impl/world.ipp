// The loop of a world, and its servers and clients.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/testing/span_text.hpp>
#include <socketio/testing/world.hpp>

#include <algorithm>
#include <cstdlib>

namespace socketio::testing {

// So many handlers in one moment, without a connect, read or write, are an endless loop: time would never pass.
inline constexpr std::uint64_t most_in_one_moment = 200'000;
inline constexpr std::size_t lines_of_a_failure = 30;

SOCKETIO_TESTING_DECL std::uint64_t seed_from_environment(std::uint64_t otherwise)
{
    char const* const text = std::getenv("SOCKETIO_TEST_SEED"); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

SOCKETIO_TESTING_DECL world::world(std::uint64_t seed)
    : seed_{seed},
      wire_{std::make_shared<detail::memory_wire>(context_, seed ^ 0x5ca1ab1e)},
      network_{std::make_shared<detail::memory_network>(wire_)},
      transcript_{wire_->time}
{
    wire_->observer = &transcript_;
    install_sources(context_, wire_->time, std::make_shared<seeded_random>(seed));
    wire_->on_operation = [this](std::uint64_t n) {
        while (!at_operation_.empty() && at_operation_.begin()->first <= n)
            at_operation_.extract(at_operation_.begin()).mapped()();
    };
    transcript_.on_sent([this](happening const& what) {
        for (auto const& each : std::vector{actions_})
            if (each->matches && each->matches(what)) {
                each->matches = nullptr;
                std::erase(actions_, each);
                each->act();
            }
    });
}

// The servers close first, so that their listeners run while everything is there. Then nothing more is called.
SOCKETIO_TESTING_DECL world::~world()
{
    wire_->observer = nullptr;
    wire_->on_operation = nullptr;
    servers_.clear();
    network_->drop();
}

SOCKETIO_TESTING_DECL std::string world::with_port(std::string_view name)
{
    return std::string{name} + (name.find(':') == std::string_view::npos ? ":80" : "");
}

SOCKETIO_TESTING_DECL socketio::server& world::server(std::string_view name)
{
    auto const found = servers_.find(name);
    return found != servers_.end() ? *found->second : server(name, {});
}

SOCKETIO_TESTING_DECL socketio::server& world::server(std::string_view name, server_options settings)
{
    auto const [entry, is_new] = servers_.try_emplace(std::string{name});
    if (!is_new)
        detail::throw_misuse(detail::joined({"the world has a server ", name, " already: restart() replaces it"}));
    entry->second = std::make_unique<socketio::server>(context_, std::move(settings));
    serve(name, *entry->second);
    watch(*entry->second);
    return *entry->second;
}

SOCKETIO_TESTING_DECL void world::kill(std::string_view name)
{
    unserve(name);
    auto const host = name.substr(0, name.find(':'));
    links({}, host).reset();
    if (auto const found = servers_.find(name); found != servers_.end())
        found->second->close();
}

SOCKETIO_TESTING_DECL socketio::server& world::restart(std::string_view name, server_options settings)
{
    kill(name);
    auto const found = servers_.find(name);
    if (found == servers_.end())
        return server(name, std::move(settings));
    *found->second = socketio::server{context_, std::move(settings)};
    serve(name, *found->second);
    detail::follow(watch(*found->second).diary(), found->second->sockets());
    return *found->second;
}

SOCKETIO_TESTING_DECL void world::unserve(std::string_view name)
{
    network_->unlisten(with_port(name));
}

SOCKETIO_TESTING_DECL network_options world::network(std::string_view host)
{
    network_options made;
    made.stream_factory = network_->factory(std::string{host});
    return made;
}

SOCKETIO_TESTING_DECL socketio::options world::options(std::string_view host, socketio::options settings)
{
    settings.network.stream_factory = network_->factory(std::string{host});
    return settings;
}

SOCKETIO_TESTING_DECL socketio::socket world::client(std::string_view url, socketio::options settings,
    std::string_view host)
{
    settings.forceNew = true;
    auto made = socketio::io(context_, url, options(host, std::move(settings)));
    watch(made, host);
    return made;
}

SOCKETIO_TESTING_DECL links world::links(std::string_view one, std::string_view other)
{
    return {network_, std::string{one}, std::string{other}};
}

SOCKETIO_TESTING_DECL void world::when(std::function<bool(happening const&)> matches, std::function<void()> act)
{
    actions_.push_back(std::make_shared<action>(action{std::move(matches), std::move(act)}));
}

SOCKETIO_TESTING_DECL void world::when(std::string event, std::function<void()> act)
{
    when([event = std::move(event)](happening const& what) { return what.type && what.event == event; },
        std::move(act));
}

SOCKETIO_TESTING_DECL void world::at_operation(std::uint64_t n, std::function<void()> act)
{
    at_operation_.emplace(n, std::move(act));
}

SOCKETIO_TESTING_DECL void world::fail_operation(std::uint64_t n, detail::operation_fault how)
{
    wire_->fault_at = n;
    wire_->fault = how;
}

SOCKETIO_TESTING_DECL void world::at(std::chrono::nanoseconds since_begin, std::function<void()> act)
{
    wire_->time->wait_until(detail::deadline_after(virtual_time::start, since_begin),
        [this, act = std::move(act)]() mutable { asio::post(context_, std::move(act)); });
}

SOCKETIO_TESTING_DECL void world::after(std::chrono::nanoseconds wait, std::function<void()> act)
{
    wire_->time->wait_until(wire_->in(wait),
        [this, act = std::move(act)]() mutable { asio::post(context_, std::move(act)); });
}

SOCKETIO_TESTING_DECL bool world::run_one()
{
    if (context_.stopped())
        context_.restart();
    if (context_.poll_one() == 0)
        return false;
    if (std::exchange(seen_operations_, wire_->operations) != wire_->operations)
        ran_ = 0;
    if (++ran_ == most_in_one_moment)
        fail("time does not pass: there is always something to do, as in an endless loop");
    return true;
}

// For peers outside of the world.
SOCKETIO_TESTING_DECL bool world::wait_really()
{
    if (real_wait_.count() == 0)
        return false;
    context_.restart();
    return context_.run_one_for(real_wait_) != 0;
}

SOCKETIO_TESTING_DECL bool world::runs_until(std::function<bool()> holds, clock::time_point latest)
{
    for (;;) {
        if (holds())
            return true;
        if (run_one() || wait_really())
            continue;
        auto const before = wire_->time->now();
        if (!wire_->time->step(latest)) {
            if (wire_->time->next() != clock::never()) // later
                wire_->time->stand_at(latest);
            return false;
        }
        if (wire_->time->now() != before)
            ran_ = 0;
    }
}

SOCKETIO_TESTING_DECL void world::run()
{
    runs_until([] { return false; }, wire_->time->now());
}

SOCKETIO_TESTING_DECL bool world::run_for(std::chrono::nanoseconds time)
{
    runs_until([] { return false; }, wire_->in(time));
    return wire_->time->next() != clock::never();
}

SOCKETIO_TESTING_DECL void world::advance(std::chrono::nanoseconds time)
{
    auto const latest = wire_->in(time);
    runs_until([] { return false; }, latest);
    wire_->time->stand_at(latest);
    ran_ = 0;
}

SOCKETIO_TESTING_DECL bool world::idle()
{
    run();
    return wire_->time->next() == clock::never();
}

SOCKETIO_TESTING_DECL std::shared_ptr<detail::diary> world::make_diary(std::string who)
{
    return std::make_shared<detail::diary>(
        detail::diary{std::move(who), [time = wire_->time] { return time->now() - virtual_time::start; }});
}

// A handle would keep the socket, whose last handle is the test's: it is known by a listener that nothing calls.
SOCKETIO_TESTING_DECL watched world::watch(socketio::socket const& of, std::string_view called)
{
    for (auto const& each : sides_)
        if (auto const* const known = std::any_cast<listener_name>(&each.key);
            known != nullptr && of.hasListeners(known->name))
            return watched{each.diary};
    auto made = make_diary("the " + std::string{called});
    listener_name key{"watched by socketio::testing " + std::to_string(sides_.size())};
    of.on(key.name, [] {});
    detail::follow(made, of);
    sides_.push_back({std::move(key), made});
    return watched{std::move(made)};
}

SOCKETIO_TESTING_DECL watched world::watch(server_socket const& of)
{
    for (auto const& each : sides_)
        if (auto const* const known = std::any_cast<server_socket>(&each.key); known != nullptr && *known == of)
            return watched{each.diary};
    auto made = make_diary("the server's socket " + of.id());
    detail::follow(made, of);
    sides_.push_back({of, made});
    return watched{std::move(made)};
}

SOCKETIO_TESTING_DECL watched world::watch(socketio::server& of)
{
    for (auto const& each : sides_)
        if (each.is(&of))
            return watched{each.diary};
    auto made = make_diary("the server");
    detail::follow(made, of.sockets());
    sides_.push_back({&of, made});
    return watched{std::move(made)};
}

SOCKETIO_TESTING_DECL watched world::watch(server_namespace const& of)
{
    auto made = make_diary("the namespace " + of.name());
    detail::follow(made, of);
    return watched{std::move(made)};
}

SOCKETIO_TESTING_DECL watched world::watch(std::string_view host)
{
    std::string name{host};
    for (auto const& each : sides_)
        if (auto const* const known = std::any_cast<std::string>(&each.key); known != nullptr && *known == name)
            return watched{each.diary};
    auto made = make_diary("the host " + name);
    for (auto const& each : transcript_.happenings()) {
        detail::follow(*made, each, name, false);
        detail::follow(*made, each, name, true);
    }
    transcript_.on_sent([made, name](happening const& what) { detail::follow(*made, what, name, false); });
    transcript_.on_arrived([made, name](happening const& what) { detail::follow(*made, what, name, true); });
    sides_.push_back({std::move(name), made});
    return watched{std::move(made)};
}

SOCKETIO_TESTING_DECL expectation world::expect(socketio::server& of, std::string_view room)
{
    auto const rooms = of.sockets().adapter().rooms();
    auto const found = rooms.find(std::string{room});
    if (found == rooms.end() || found->second.empty())
        fail(detail::joined({"nobody is in the room ", room}));
    detail::expected_sides all;
    for (auto const& id : found->second)
        if (auto const member = of.sockets().sockets().get(id))
            all.push_back({watch(*member).diary()});
    return {*this, std::move(all)};
}

SOCKETIO_TESTING_DECL bool world::runs_within(std::function<bool()> holds, std::chrono::nanoseconds time)
{
    return runs_until(std::move(holds), wire_->in(time));
}

SOCKETIO_TESTING_DECL std::string world::circumstances() const
{
    auto const lines = transcript_.last(lines_of_a_failure);
    auto text = detail::joined({"at ", detail::span_text(now()), " of seed ", std::to_string(seed_),
        lines.empty() ? ", when nothing has happened\n" : ", after\n", lines});
    auto const flying = transcript_.in_flight();
    if (!flying.empty())
        text += "and on the way\n";
    for (auto const& each : flying)
        if (each.level <= level::packets)
            text += detail::joined({"           ", each.from, " -> ", each.to, "  ", each.meaning, "\n"});
    return text;
}

SOCKETIO_TESTING_DECL void world::fail(std::string const& why) const
{
    detail::throw_failure(why + "\n" + circumstances());
}

} // namespace socketio::testing
