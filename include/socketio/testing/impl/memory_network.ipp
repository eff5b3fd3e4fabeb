// How a connect reaches a server, or fails.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/testing/memory_network.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace socketio::detail {

// Answers the first request with a status, and closes.
class http_refuser final : public std::enable_shared_from_this<http_refuser> {
public:
    http_refuser(std::shared_ptr<byte_stream> over, std::string answer)
        : over_{std::move(over)}, answer_{std::move(answer)}
    {}

    void read()
    {
        over_->async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
            self->request_.append(self->room_.data(), count);
            if (ec)
                self->over_->close();
            else if (self->request_.find("\r\n\r\n") == std::string::npos)
                self->read();
            else
                self->write();
        });
    }

private:
    void write()
    {
        over_->async_write(asio::buffer(answer_),
            [self = shared_from_this()](std::error_code, std::size_t) { self->over_->close(); });
    }

    std::shared_ptr<byte_stream> const over_;
    std::string const answer_;
    std::string request_;
    std::array<char, 4096> room_{};
};

SOCKETIO_TESTING_DECL void memory_network::listen(std::string address, memory_acceptor accept)
{
    servers_.insert_or_assign(std::move(address), std::move(accept));
}

SOCKETIO_TESTING_DECL void memory_network::unlisten(std::string_view address)
{
    if (auto const found = servers_.find(address); found != servers_.end())
        servers_.erase(found);
}

SOCKETIO_TESTING_DECL std::function<void(stream_request const&, stream_answer)> memory_network::factory(
    std::string host)
{
    return [weak = weak_from_this(), host = std::move(host)](stream_request const& wanted, stream_answer answer) {
        if (auto const self = weak.lock())
            self->connect(host, wanted, std::move(answer));
    };
}

SOCKETIO_TESTING_DECL bool memory_network::is_between(std::string_view client, std::string_view server,
    link const& of) noexcept
{
    auto const fits = [](std::string_view wanted, std::string const& host) { return wanted.empty() || wanted == host; };
    return (fits(client, of.client) && fits(server, of.server)) || (fits(client, of.server) && fits(server, of.client));
}

SOCKETIO_TESTING_DECL std::size_t memory_network::link_of(std::string_view client, std::string_view server)
{
    for (std::size_t i = 0; i != links_.size(); ++i)
        if (links_[i].client == client && links_[i].server == server)
            return i;
    links_.push_back({std::string{client}, std::string{server}, std::make_shared<link_rules>()});
    for (auto const& each : changes_)
        if (is_between(each.client, each.server, links_.back()))
            each.change(*links_.back().rules);
    return links_.size() - 1;
}

SOCKETIO_TESTING_DECL void memory_network::change(std::string_view client, std::string_view server,
    std::function<void(link_rules&)> change)
{
    for (auto const& each : links_)
        if (is_between(client, server, each))
            change(*each.rules);
    changes_.push_back({std::string{client}, std::string{server}, std::move(change)});
    each_connection(client, server, [](memory_connection& of) { of.look_again(); });
    release_attempts();
}

SOCKETIO_TESTING_DECL void memory_network::each_connection(std::string_view client, std::string_view server,
    std::function<void(memory_connection&)> act)
{
    std::erase_if(connections_, [](open_connection const& each) { return each.connection.expired(); });
    auto const all = connections_; // `act` may lead to others
    for (auto const& each : all)
        if (is_between(client, server, links_[each.link]))
            if (auto const still = each.connection.lock())
                act(*still);
}

SOCKETIO_TESTING_DECL std::string memory_network::address_of(std::string_view host)
{
    auto const found = std::find(hosts_.begin(), hosts_.end(), host);
    auto const number = static_cast<std::size_t>(found - hosts_.begin());
    if (found == hosts_.end())
        hosts_.emplace_back(host);
    return joined({"10.0.", std::to_string(number / 250), ".", std::to_string(number % 250 + 1)});
}

SOCKETIO_TESTING_DECL void memory_network::drop() noexcept
{
    wire_->closed = true;
    wire_->observer = nullptr;
    held_.clear();
    for (auto const& each : std::exchange(connections_, {}))
        if (auto const still = each.connection.lock())
            still->drop();
    // What the test has given may hold a handle of the links, and so this.
    std::exchange(changes_, {}).clear();
    servers_.clear();
    for (auto const& each : links_)
        for (auto* const direction : {&each.rules->up, &each.rules->down})
            std::exchange(direction->marks, {}).clear();
    wire_->time->drop();
}

SOCKETIO_TESTING_DECL void memory_network::connect(std::string const& host, stream_request const& wanted,
    stream_answer answer)
{
    attempt of{++wire_->connections, link_of(host, wanted.host), host,
        joined({wanted.host, ":", std::to_string(wanted.port)}), std::move(answer), wanted.attempt};
    of.fault = wire_->next_operation();
    if (wire_->observer != nullptr)
        wire_->observer->on_connect(of.number, host, of.address);
    if (wanted.secure) {
        if (wire_->observer != nullptr)
            wire_->observer->on_failed(of.number, "the servers of a world speak http and ws, not https and wss");
        of.answer(std::make_error_code(std::errc::protocol_not_supported), nullptr);
        return;
    }
    go_on(std::move(of));
}

SOCKETIO_TESTING_DECL void memory_network::go_on(attempt of)
{
    auto const& rules = *links_[of.link].rules;
    if (rules.up.held || rules.up.cut || rules.down.held || rules.down.cut) {
        held_.push_back(std::move(of));
        return;
    }
    auto const there = wire_->in(rules.up.latency);
    wire_->time->wait_until(there, [weak = weak_from_this(), of = std::move(of)] {
        if (auto const self = weak.lock(); self && !self->wire_->closed)
            self->arrive(of);
    });
}

SOCKETIO_TESTING_DECL void memory_network::release_attempts()
{
    for (auto& each : std::exchange(held_, {}))
        if (!each.wanted.expired())
            go_on(std::move(each));
}

SOCKETIO_TESTING_DECL void memory_network::arrive(attempt const& of)
{
    if (of.wanted.expired())
        return;
    auto const rules = links_[of.link].rules;
    if (rules->up.held || rules->up.cut) {
        held_.push_back(of);
        return;
    }
    auto const take_one = [](std::uint64_t& count) { return count != 0 && count-- != 0; };
    auto const server = servers_.find(of.address);
    bool const by_http = take_one(rules->http_refusals);
    if (of.fault != operation_fault::none || take_one(rules->drops) || (server == servers_.end() && !by_http)) {
        refuse(of, asio_error(asio::error::connection_refused));
        return;
    }
    auto const made = std::make_shared<memory_connection>(wire_, rules, of.number);
    connections_.push_back({of.link, made});
    auto const theirs = std::make_shared<memory_stream>(made, false);
    auto const ours = std::make_shared<memory_stream>(made, true);
    if (by_http) {
        auto answer = joined({"HTTP/1.1 ", std::to_string(rules->refusal.status), " Refused\r\nContent-Length: 0\r\n"});
        for (auto const& [name, value] : rules->refusal.headers)
            answer += joined({name, ": ", value, "\r\n"});
        std::make_shared<http_refuser>(theirs, answer + "Connection: close\r\n\r\n")->read();
    } else if (auto const accept = server->second; !accept(theirs, address_of(of.from))) {
        refuse(of, asio_error(asio::error::connection_refused));
        return;
    }
    wire_->time->wait_until(wire_->in(rules->down.latency),
        [weak = weak_from_this(), ours, number = of.number, answer = of.answer] {
            auto const self = weak.lock();
            if (!self || self->wire_->closed)
                return;
            if (self->wire_->observer != nullptr)
                self->wire_->observer->on_connected(number);
            answer({}, ours);
        });
}

SOCKETIO_TESTING_DECL void memory_network::refuse(attempt const& of, std::error_code why)
{
    wire_->time->wait_until(wire_->in(links_[of.link].rules->down.latency),
        [weak = weak_from_this(), number = of.number, answer = of.answer, why] {
            auto const self = weak.lock();
            if (!self || self->wire_->closed)
                return;
            if (self->wire_->observer != nullptr)
                self->wire_->observer->on_failed(number, "connection refused");
            answer(why, nullptr);
        });
}

} // namespace socketio::detail
