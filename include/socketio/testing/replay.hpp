// Plays a recording back in a world.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/recording.hpp>
#include <socketio/testing/world.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::detail {

class replayer;

} // namespace socketio::detail

namespace socketio::testing {

struct replay_options {
    // A client's requests, its packets of each session, and its frames on each WebSocket come in the recorded order.
    // Without it in any. Either way the server says a thing when all that was recorded before it has come.
    bool strict = true;
    // So much longer than in the recording the server waits for a client's message.
    std::chrono::nanoseconds patience = std::chrono::seconds{20};
};

// A server in a world that says what was recorded, after the recorded times:
//
//     socketio::testing::replay replay{world, "server", socketio::testing::recording::read("conversation.jsonl")};
//     auto socket = world.client("http://server");
//     ...
//     world.run_until([&] { return replay.done(); });
//
// The client has to say what was recorded. Not compared are keys, masks, headers, the `t` of long-polling, and how
// packets share one body, or which transport carries them while the client changes it; its ids of acknowledgements are
// mapped. It ends before its world does.
class replay {
public:
    replay(world& in, std::string name, recording from, replay_options settings = {});
    replay(replay const&) = delete;
    replay& operator=(replay const&) = delete;
    ~replay();

    // Whether all lines have been played. Throws testing::failure if something else came.
    bool done() const;
    // The line of the file, what was recorded and what came. Empty: no failure.
    std::string failure() const;

    // For the world.
    bool accept(std::shared_ptr<byte_stream> connected, std::string_view received, stream_peer const& peer);

private:
    world& world_;
    std::string const name_;
    std::shared_ptr<detail::replayer> const player_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/replay.ipp>
#endif
