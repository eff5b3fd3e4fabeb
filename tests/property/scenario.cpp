// What happens in a scenario: the settings, the acts of users and programs, and the faults.
#include "scenario.hpp"

#include <socketio/msgpack.hpp>

#include <algorithm>
#include <limits>
#include <utility>

using namespace std::chrono_literals;

namespace property {

scenario::scenario(std::uint64_t seed, counts& all) : counts_{all}, world_{seed}, random_{seed ^ 0xda7da7} {}

scenario::~scenario() = default;

void scenario::run()
{
    choose();
    open_server();
    make_clients();
    for (std::size_t acts = 15 + below(35); acts != 0; --acts) {
        act();
        check();
        if (chance(0.3))
            continue; // in the same moment
        world_.advance(chance(0.04) ? between(20s, 90s) : chance(0.3) ? between(1s, 6s) : between(0ms, 600ms));
        check();
    }
    end();
}

milliseconds scenario::between(milliseconds least, milliseconds most)
{
    return least +
           milliseconds{static_cast<milliseconds::rep>(below(static_cast<std::size_t>((most - least).count())))};
}

void scenario::broken(std::string const& why)
{
    if (broken_.empty())
        broken_ = why + "\n" + world_.circumstances();
}

void scenario::check()
{
    if (!broken_.empty())
        socketio::detail::throw_failure(broken_);
}

void scenario::choose()
{
    corrupt_ = world_.seed() % 8 == 7;
    if (chance(0.5))
        settings_.connectionStateRecovery = {.maxDisconnectionDuration = chance(0.5) ? 10s : 120s};
    struct heartbeat {
        milliseconds interval, timeout;
    };
    auto const beats = one_of<heartbeat>({{2s, 1500ms}, {5s, 3s}, {25s, 20s}});
    settings_.pingInterval = beats.interval;
    settings_.pingTimeout = beats.timeout;
    if (chance(0.3)) {
        settings_.parser = socketio::msgpack_parser;
        world_.transcript().set_parser(socketio::msgpack_parser);
    }
#if defined(SOCKETIO_WITH_ZLIB)
    if (chance(0.1))
        settings_.perMessageDeflate = {.threshold = 100};
    settings_.httpCompression.enabled = chance(0.1);
#endif
    settings_.log = socketio::no_log;
    for (std::size_t i = 0, most = 1 + below(4); i != most; ++i)
        rooms_.push_back("room " + std::to_string(i));
}

void scenario::open_server()
{
    io_ = ++servers_ == 1 ? &world_.server("server", settings_) : &world_.restart("server", settings_);
    server_is_up_ = true;
    for (char const* const nsp : {"/", "/other"})
        io_->of(nsp).on("connection", [this](socketio::server_socket socket) { on_connection(std::move(socket)); });
    io_->on_error([this](socketio::event_error const& why) {
        if (!corrupt_)
            broken("an event did not reach a listener of the server: " + why.message());
    });
}

void scenario::make_clients()
{
    for (std::size_t host = 0, most = 1 + below(6); host != most; ++host) {
        add_client(host, "/", {});
        if (chance(0.2))
            add_client(host, "/other", clients_.back().socket->io());
    }
}

socketio::options scenario::client_options()
{
    socketio::options made;
    made.reconnectionDelay = one_of<milliseconds>({100ms, 500ms, 1s});
    made.reconnectionDelayMax = 2s;
    made.timeout = 5s;
    made.connect_timeout = 10s;
    made.transports = one_of<std::vector<std::string>>(
        {{"websocket"}, {"polling"}, {"polling", "websocket"}, {"websocket", "polling"}});
    made.rememberUpgrade = chance(0.3);
    made.parser = settings_.parser;
    made.perMessageDeflate.enabled = settings_.perMessageDeflate.enabled;
    made.log = socketio::no_log;
    if (chance(0.3)) {
        made.retries = chance(0.5) ? 1'000'000 : 3;
        made.ackTimeout = between(1s, 4s);
        made.deduplication_id = chance(0.5);
    }
    return made;
}

void scenario::add_client(std::size_t host, std::string const& nsp, std::optional<socketio::manager> shared)
{
    client_state& made = clients_.emplace_back();
    made.number = clients_.size() - 1;
    made.host = host;
    made.nsp = nsp;
    auto settings = client_options();
    made.polls = shared || settings.transports != std::vector<std::string>{"websocket"};
    settings.auth = socketio::object{{"client", made.number}};
    made.retries = settings.retries;
    if (shared)
        made.socket = shared->socket(nsp, {.auth = settings.auth,
                                              .ackTimeout = settings.ackTimeout,
                                              .retries = settings.retries,
                                              .deduplication_id = settings.deduplication_id,
                                              .connect_timeout = settings.connect_timeout});
    else
        made.socket = world_.client("http://server" + nsp, settings, "client " + std::to_string(host));
    if (!shared)
        made.socket->io().on("upgrade", [this](std::string_view) { ++counts_.upgrades; });
    listen(made);
}

// The same text or data for the same key, mostly small.
socketio::value scenario::filler(std::uint64_t key) const
{
    socketio::testing::seeded_random of{world_.seed() * 31 + key};
    auto const kind = of.below(40);
    auto const size = static_cast<std::size_t>(kind == 0  ? of.below(60'000)
                                               : kind < 4 ? of.below(3'000)
                                                          : of.below(40));
    if (of.below(6) == 0) {
        socketio::bytes data(size);
        of.fill({reinterpret_cast<unsigned char*>(data.data()), data.size()});
        return socketio::object{{"data", std::move(data)}, {"more", socketio::bytes(3, std::byte{7})}};
    }
    std::string text(size, 'a');
    for (char& each : text)
        each = static_cast<char>('a' + of.below(26));
    return of.below(8) == 0 ? socketio::value{text + "\xc3\xa9\"\\\n"} : socketio::value{std::move(text)};
}

asked& scenario::ask(std::string what, std::optional<milliseconds> limit)
{
    asked& made = asked_.emplace_back();
    made.what = std::move(what);
    if (limit)
        made.latest = world_.now() + *limit;
    return made;
}

void scenario::answered(asked& of, std::error_code ec)
{
    of.answered = !ec;
    if (++of.calls > 1)
        broken("the handler of " + of.what + " is called twice: " + ec.message());
    if (of.latest && world_.now() > *of.latest)
        broken("the handler of " + of.what + " is called behind its limit");
    if (of.latest && ec == socketio::error::ack_timeout && world_.now() < *of.latest)
        broken("the handler of " + of.what + " is told of a timeout before its limit");
    counts_.timeouts += ec == socketio::error::ack_timeout ? 1 : 0;
}

void scenario::act()
{
    auto const what = below(100);
    if (what < 45)
        for (auto left = 1 + below(4); left != 0; --left)
            send_up(clients_[below(clients_.size())]);
    else if (what < 62)
        for (auto left = 1 + below(4); left != 0; --left)
            if (session* const to = any_session())
                send_down(*to);
            else
                break;
    else if (what < 72)
        broadcast();
    else if (what < 78)
        change_rooms();
    else if (what < 83)
        act_as_user();
    else if (what < 87)
        act_as_server();
    else
        bring_fault();
}

void scenario::act_as_user()
{
    client_state& who = clients_[below(clients_.size())];
    auto const name = "client " + std::to_string(who.number);
    auto const what = below(10);
    if (what == 0) {
        note(name + " closes its manager");
        who.socket->io().close();
    } else if (what == 1) {
        note(name + " reconnects now");
        who.socket->io().reconnect_now();
    } else if (what == 2) {
        note(name + " clears its send buffer");
        who.socket->clear_send_buffer();
        who.out.need_nothing();
    } else if (who.wants) {
        note(name + " disconnects");
        who.wants = false;
        who.socket->disconnect();
    } else {
        note(name + " connects");
        who.wants = true;
        who.socket->connect();
    }
}

void scenario::act_as_server()
{
    session* const who = any_session();
    if (who == nullptr)
        return;
    auto const name = "client " + std::to_string(who->client);
    switch (below(4)) {
    case 0:
        note("the server disconnects " + name);
        who->socket->disconnect();
        break;
    case 1:
        note("the server disconnects " + name + " and closes");
        who->socket->disconnect(true);
        break;
    default:
        note("the server closes the connection of " + name);
        who->socket->conn().close();
        break;
    }
}

void scenario::bring_fault()
{
    ++counts_.faults;
    auto const host =
        chance(0.2) ? std::string{} : "client " + std::to_string(clients_[below(clients_.size())].host);
    auto links = world_.links(host, "server");
    if (chance(0.2))
        links = links.upstream();
    else if (chance(0.2))
        links = links.downstream();
    auto const who = host.empty() ? "all" : host;
    auto const how = below(20);
    if (how < 4) {
        auto const latency = between(0ms, 300ms);
        note("latency for " + who);
        links.latency(latency, latency / 2);
    } else if (how < 6) {
        note("slices for " + who);
        links.slice(1 + below(100), chance(0.5) ? 0ms : between(0ms, 5ms));
    } else if (how < 8) {
        note("no rule for " + who);
        links.clear();
    } else if (how == 8) {
        note("slow close for " + who);
        links.slow_close(between(0ms, 3s));
    } else if (how == 9 && corrupt_) {
        note("corruption for " + who);
        links.corrupt(0.02);
    } else {
        bring_heavy_fault(links, who);
    }
}

bool scenario::polls(std::string_view host) const
{
    return std::any_of(clients_.begin(), clients_.end(), [&](client_state const& each) {
        return each.polls && (host == "all" || host == "client " + std::to_string(each.host));
    });
}

void scenario::bring_heavy_fault(socketio::testing::links& links, std::string const& who)
{
    auto const lift = [&](std::string name, auto how) {
        note(name + " for " + who);
        world_.after(between(1ms, chance(0.2) ? 60s : 8s), [this, name, who, links, how]() mutable {
            note("no more " + name + " for " + who);
            how(links);
        });
    };
    switch (below(9)) {
    case 0:
        links.hold();
        lift("hold", [](auto& of) { of.release(); });
        break;
    case 1:
        links.partition();
        lift("partition", [](auto& of) { of.repair(); });
        break;
    case 2:
        note("reset for " + who);
        links.reset();
        break;
    case 3:
        if (corrupt_) // a corrupted pingInterval may be long
            return;
        note("half open for " + who);
        links.half_open();
        break;
    case 4:
        // The end of a limit is an orderly one. A poll that meets it at once is repeated, and the answer that was on
        // the way is lost.
        if (polls(who))
            return;
        links.limit_data(100 + below(5'000));
        lift("limit of data", [](auto& of) { of.limit_data(std::numeric_limits<std::uint64_t>::max()); });
        break;
    case 5:
        note("dropped connects for " + who);
        links.drop_connects(1 + below(3));
        break;
    case 6:
        note("refusals for " + who);
        links.refuse(chance(0.5) ? 503 : 400, 1 + below(3));
        break;
    case 7:
        note("reset soon for " + who);
        links.at_byte(1 + below(3'000), [links]() mutable { links.reset(); });
        break;
    default: restart_server(chance(0.4)); break;
    }
}

void scenario::restart_server(bool at_once)
{
    if (!server_is_up_)
        return;
    ++counts_.restarts;
    note("the server is killed");
    server_is_up_ = false;
    world_.kill("server");
    if (at_once)
        open_server();
    else
        world_.after(between(1ms, 20s), [this] {
            if (!server_is_up_)
                open_server();
        });
}

} // namespace property
