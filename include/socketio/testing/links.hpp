// What a test does to the links of a world. The names are those of Toxiproxy and of turmoil.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/memory_network.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::testing {

// A handle for the links between some hosts: world::links(). What it sets applies at once, to connections that are
// open and to those to come. Its functions return the handle, so that they can be written in a row:
//
//     world.links("device", "server").latency(80ms, 20ms).bandwidth(10'000);
class links {
public:
    links(std::shared_ptr<detail::memory_network> of, std::string client, std::string server, bool up = true,
        bool down = true)
        : network_{std::move(of)}, client_{std::move(client)}, server_{std::move(server)}, up_{up}, down_{down}
    {}

    // The same links in one direction: from the side that connects, or to it.
    links upstream() const { return {network_, client_, server_, true, false}; }
    links downstream() const { return {network_, client_, server_, false, true}; }

    // The time that bytes take, for each piece between value - jitter and value + jitter. Nothing is overtaken.
    links& latency(std::chrono::nanoseconds value, std::chrono::nanoseconds jitter = {});
    // Bytes per second; 0: without a limit.
    links& bandwidth(std::uint64_t bytes_per_second);
    // Bytes arrive in pieces of this size, the next one `delay` behind the one before; 0: as they were written.
    links& slice(std::size_t bytes, std::chrono::nanoseconds delay = {});
    // A connection ends when it has carried so many bytes in one direction.
    links& limit_data(std::uint64_t bytes);
    // A peer hears so much later that the other side has closed.
    links& slow_close(std::chrono::nanoseconds delay);
    // In this share of all pieces (0 to 1) one bit is changed.
    links& corrupt(double share);

    // Nothing arrives, not even a connect, until release(). Nothing gets lost.
    links& hold();
    links& release();
    // The same, but TCP gives up a connection that has waited for 15 minutes with something to send: see
    // world::give_up_after(). Until repair().
    links& partition();
    links& repair();

    // Both ends of the connections that are open fail at once, with "connection reset".
    links& reset();
    // The connections that are open carry nothing any more, and neither end is told: a machine without power, a NAT
    // that has forgotten. New connects succeed.
    links& half_open();
    // The next connects are refused, as by a machine where nobody listens.
    links& drop_connects(std::uint64_t count = 1);
    // The next connects meet an HTTP server that answers the first request with this status.
    links& refuse(int status, std::uint64_t count = 1, std::vector<std::pair<std::string, std::string>> headers = {});
    // No rule is left. Connections stay as they are.
    links& clear();

    // Calls `act` before the n-th byte from now on (from 1 on) of the direction arrives, counted over all connections
    // of a link. Of a handle for both directions, the way up.
    links& at_byte(std::uint64_t n, std::function<void()> act);

private:
    links& change(std::function<void(detail::direction_rules&)> change);

    std::shared_ptr<detail::memory_network> network_;
    std::string client_, server_;
    bool up_, down_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/links.ipp>
#endif
