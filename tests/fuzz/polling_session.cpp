// A client on long-polling, with its HTTP connections, over streams in memory: the input plays the server, its network
// and the clock. Answers alone are read in pieces as in one, and within their limits.
#include "../support/hand_turned_sources.hpp"
#include "../support/memory_stream.hpp"
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/client.hpp>
#include <socketio/net/http_client.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace fuzz;
using namespace socketio::detail;
using support::memory_stream;

namespace {

// The server's ends of all connections that a client makes.
struct network {
    support::hand_turned_context world;
    std::vector<std::shared_ptr<memory_stream>> ends;

    auto factory()
    {
        return [this](socketio::stream_request const&, socketio::stream_answer const& give) {
            auto const [ours, theirs] = memory_stream::pair(world.context);
            ends.push_back(theirs);
            give({}, ours);
        };
    }
    void say(memory_stream& on, std::string_view bytes)
    {
        on.async_write(asio::buffer(bytes.data(), bytes.size()), [](std::error_code, std::size_t) {}); // copied
        world.settle();
    }
};

struct answered {
    int ends = 0;
    http_client_answer with;
};

struct question {
    bool post = false;
    std::size_t body_limit = 0;
    http_limits head_limits;
};

// The answer to one request, of which the bytes come like that, and then the end.
answered ask(question const& what, std::string_view bytes, choices cuts)
{
    network net;
    auto const settings = std::make_shared<http_client_settings>();
    require(!parse_url("http://host", settings->to));
    settings->limits = what.head_limits;
    settings->cookies = std::make_shared<cookie_jar>();
    settings->network.stream_factory = net.factory();
    strand const on{known_executor{asio::any_io_executor{net.world.context.get_executor()}}};
    auto const client = std::make_shared<http_client>(on, settings);
    http_client_request request;
    request.method = what.post ? "POST" : "GET";
    request.target = "/";
    request.body_limit = what.body_limit;
    answered result;
    client->request(std::move(request), [&](http_client_answer&& got) {
        ++result.ends;
        result.with = std::move(got);
    });
    net.world.settle();
    require(net.ends.size() == 1);
    in_pieces(bytes, cuts, [&](std::string_view piece) { net.say(*net.ends.front(), piece); });
    net.ends.front()->close();
    net.world.settle();
    client->abandon();
    net.world.settle();
    require(client->bytes_received() <= bytes.size());
    return result;
}

void check_answer(choices all)
{
    unsigned const how = all.byte();
    question what{(how & 1u) != 0, all.up_to(300), {}};
    if ((how & 2u) != 0)
        what.head_limits = {all.up_to(400), all.up_to(5)};
    choices const cuts{all.text(32)};
    std::string_view const bytes = all.rest();
    answered const whole = ask(what, bytes, choices{{}}), cut = ask(what, bytes, cuts);
    for (answered const* const each : {&whole, &cut}) {
        require(each->ends == 1);
        require(each->with.body.size() <= what.body_limit);
        require(each->with.headers.size() <= what.head_limits.headers);
        require(each->with.error ? !each->with.message.empty() && each->with.body.empty() : each->with.status >= 200);
        require(check_utf8(each->with.message) == verdict::whole);
    }
    require(whole.with.error == cut.with.error && whole.with.message == cut.with.message);
    require(whole.with.status == cut.with.status && whole.with.body == cut.with.body);
    require(whole.with.retry_after == cut.with.retry_after);
}

class session {
public:
    session()
    {
        socketio::options settings;
        settings.forceNew = true;
        settings.transports = {"polling"};
        settings.reconnection = false;
        settings.limits.payload_size = 1000;
        settings.limits.message_size = 500;
        settings.network.stream_factory = net_.factory();
        socket_ = socketio::io(net_.world.context, "http://host", settings);
        socket_.on("connect", [this] {
            require(!std::exchange(connected_, true));
            early_ = false;
        });
        socket_.on("disconnect", [this] { require(std::exchange(connected_, false) && !early_); });
        socket_.onAny([this](std::string_view) { early_ = !connected_; }); // as in the reference, "connect" follows
        net_.world.settle();
    }

    void act(choices& all)
    {
        unsigned const what = all.byte() % 14;
        if (net_.ends.empty())
            return;
        memory_stream& on = *net_.ends[all.up_to(net_.ends.size() - 1)];
        switch (what) {
        case 0: answer(on, R"(0{"sid":"s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000})"); break;
        case 1: answer(on, R"(40{"sid":"x","pid":"y"})"); break;
        case 2: answer(on, "ok"); break;
        case 3: answer(on, all.text(64)); break;
        case 4: answer(on, "42" + std::string{all.text(64)}); break;
        case 5: net_.say(on, all.text(200)); break;
        case 6: net_.say(on, "HTTP/1.1 " + std::string{all.text(100)} + "\r\n\r\n"); break;
        case 7: on.close(); break;
        case 8: on.shutdown_send(); break;
        case 9: pass(std::chrono::milliseconds{all.up_to(60000)}); break;
        case 10: socket_.emit("up", std::string(all.byte(), 'x'), [this] { ++answers_; }); break;
        case 11: socket_.emit("up", socketio::bytes(all.byte())); break;
        case 12: socket_.disconnect(); break;
        default: socket_.connect(); break;
        }
        net_.world.settle();
        require(!early_);
    }

    // Nothing is left of it: no work, and no timer.
    void leave()
    {
        socket_.disconnect();
        socket_ = {};
        for (auto const& each : net_.ends)
            each->close();
        net_.ends.clear();
        net_.world.settle();
        pass(std::chrono::hours{1});
        require(net_.world.time->waiting() == 0);
        require(net_.world.context.stopped());
    }

private:
    void answer(memory_stream& on, std::string_view body)
    {
        std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
        net_.say(on, head + std::string{body});
    }
    void pass(std::chrono::nanoseconds time)
    {
        net_.world.time->turn_to(net_.world.time->now() + time);
        net_.world.settle();
    }

    network net_;
    socketio::socket socket_;
    bool connected_ = false;
    bool early_ = false;
    int answers_ = 0;
};

} // namespace

FUZZ_TARGET(polling_session)
{
    choices all{input};
    if (all.flag()) {
        check_answer(all);
        return;
    }
    session one;
    for (int i = 0; i != 200 && !all.empty(); ++i)
        one.act(all);
    one.leave();
}
