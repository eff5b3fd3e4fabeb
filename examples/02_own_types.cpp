// One's own types as arguments, both ways, and what happens to an event that does not fit.
// Runs against examples/peer/echo_server: 02_own_types http://localhost:3000
#include <socketio/socketio.hpp>

#include <iostream>
#include <map>
#include <optional>
#include <vector>

// No object but a number of JSON.
struct temperature {
    double celsius;
};
template <>
struct socketio::convert<temperature> {
    static void write(writer& to, temperature const& from) { to.number(from.celsius); }
    static bool read(value_view from, temperature& into, mismatch& why) { return convert<double>::read(from, into.celsius, why); }
};

struct reading {
    std::string sensor;
    temperature celsius;
    std::optional<std::string> note;
};
SOCKETIO_FIELDS(reading, sensor, celsius, note)

int main(int argc, char** argv)
{
    asio::io_context context;
    auto socket = socketio::io(context, argc > 1 ? argv[1] : "http://localhost:3000");
    int seen = 0;

    socket.on("readings", [&](std::vector<reading> const& all) {
        for (auto const& each : all)
            std::cout << each.sensor << ": " << each.celsius.celsius << " C" << (each.note ? " (" + *each.note + ")" : "") << '\n';
        ++seen;
    });
    socket.on("picture", [&](socketio::bytes_view data, std::map<std::string, int> const& size) {
        std::cout << data.size() << " bytes, " << size.at("width") << " x " << size.at("height") << '\n';
        ++seen;
        socket.disconnect();
    });
    socket.on_error([&](socketio::event_error const& e) {
        std::cout << "did not fit: " << e.message() << '\n';
        ++seen;
    });
    socket.on("connect", [&] {
        socket.emit("readings", std::vector<reading>{{"kitchen", {21.5}, {}}, {"attic", {9}, "draughty"}});
        socket.emit("readings", socketio::array{socketio::object{{"sensor", "cellar"}, {"celsius", "cold"}}});
        socket.emit("picture", socketio::bytes(12, std::byte{0xff}), std::map<std::string, int>{{"width", 2}, {"height", 2}});
    });

    context.run();
    return seen == 3 ? 0 : 1;
}
