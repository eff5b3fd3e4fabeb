// Whoever serves the requests of some HTTP connections: does what the test says, and writes down what it hears.
#pragma once

#include <socketio/net/http_connection.hpp>
#include <socketio/net/acceptor.hpp>

#include "http_caller.hpp"

#include <asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

// In one thread, like the context that it is in.
class http_fixture final : public socketio::detail::http_connection_owner {
public:
    using connection = socketio::detail::http_connection;
    using exchange = socketio::detail::http_exchange;
    using plan = std::function<void(std::shared_ptr<exchange>)>;

    // The default plan: the answer says what was asked.
    plan does = [](std::shared_ptr<exchange> asked) {
        auto const& request = asked->request();
        asked->answer({200, {}, request.method + " " + request.target + " [" + request.body + "]"});
    };
    std::vector<std::string> heard; // "GET /"
    std::set<std::shared_ptr<connection>> connections;
    std::size_t begun = 0;

    bool has_heard(std::string_view line) const { return std::count(heard.begin(), heard.end(), line) != 0; }

    void on_request(std::shared_ptr<exchange> asked) override
    {
        heard.push_back(asked->request().method + " " + asked->request().target);
        does(std::move(asked));
    }
    void on_end(std::shared_ptr<connection> const& of) noexcept override { connections.erase(of); }
};

// A port whose connections belong to a house.
struct http_port {
    explicit http_port(socketio::detail::http_rules from = {})
        : rules{std::make_shared<socketio::detail::http_rules const>(std::move(from))},
          listening{std::make_shared<socketio::detail::acceptor>(context.get_executor())}
    {
        if (listening->open("127.0.0.1", 0))
            throw std::runtime_error("no port");
        listening->start([this](socketio::detail::strand const& on, socketio::detail::stream&& connected) {
            ++house->begun;
            auto const made = std::make_shared<http_fixture::connection>(on, std::move(connected), rules, house, nullptr);
            house->connections.insert(made);
            made->start();
        });
    }

    // A connection and its house hold each other until the connection ends.
    ~http_port() { std::exchange(house->connections, {}).clear(); }

    http_caller call() { return {context, listening->port()}; }
    template <class Predicate>
    bool until(Predicate predicate)
    {
        return run_until(context, std::move(predicate));
    }
    // True if no connection is left and nothing remains to be done.
    bool done()
    {
        listening->close();
        return run_out(context) && house->connections.empty();
    }

    asio::io_context context;
    std::shared_ptr<http_fixture> house = std::make_shared<http_fixture>();
    std::shared_ptr<socketio::detail::http_rules const> rules;
    std::shared_ptr<socketio::detail::acceptor> listening;
};

// One whose house keeps its requests instead of answering them.
struct keeping_port : http_port {
    explicit keeping_port(socketio::detail::http_rules from = {}) : http_port{std::move(from)}
    {
        house->does = [this](std::shared_ptr<http_fixture::exchange> asked) { kept.push_back(std::move(asked)); };
    }
    // Everything that has arrived has been read.
    bool in_step()
    {
        return until([this] { return context.poll() == 0; });
    }
    bool until_kept(std::size_t count)
    {
        return until([&] { return kept.size() == count; });
    }
    socketio::detail::strand own_strand()
    {
        return socketio::detail::strand{socketio::detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    }
    void answer(std::size_t which, std::string body = {}) { kept[which]->answer({200, {}, std::move(body)}); }
    bool done()
    {
        kept.clear();
        return http_port::done();
    }

    std::vector<std::shared_ptr<http_fixture::exchange>> kept;
};

} // namespace support
