// Over long-polling a request costs something, and carries many events: for another one of them nothing is allocated.
#include <socketio/msgpack.hpp>

#include "other_side.hpp"

#include <memory>
#include <string>

namespace {

constexpr int small_batch = 100;
constexpr int large_batch = 1100;
constexpr int batches = 50;

// The same number of requests, and more events: what they cost is the difference.
template <class Spend>
void steady_batches(std::string const& what, conversation& both, Spend spend)
{
    auto const spent = [&](int batch) {
        both.set_batch(batch);
        spend(batch * batches);
        return static_cast<double>(spend(batch * batches));
    };
    double const few_events = spent(small_batch);
    double const many_events = spent(large_batch);
    double const each = (many_events - few_events) / (batches * (large_batch - small_batch));
    std::printf("%s: %.0f allocations for %d batches of %d events, %.0f of %d: %.3f each\n", what.c_str(), few_events,
        batches, small_batch, many_events, large_batch, each);
    check(each < 0.1, what.c_str(), static_cast<std::size_t>(each));
}

void converse(std::string const& name, std::shared_ptr<socketio::packet_parser const> const& parser)
{
    bool const with_binary = parser != nullptr;
    other_side server{parser, with_binary};
    conversation both{server.url(),
        {.transports = {"polling"}, .reconnection = false, .parser = parser, .limits = {.packets_per_request = 0}},
        with_binary};
    steady_batches(name + " received", both, [&](int events) { return both.receive(events); });
    steady_batches(name + " emitted", both, [&](int events) { return both.emit(events); });
    steady_batches(name + " asked and answered", both, [&](int events) { return both.ask(events); });
}

} // namespace

int main()
{
    converse("JSON", nullptr);
    converse("MessagePack", socketio::msgpack_parser);
    return failed ? 1 : 0;
}
