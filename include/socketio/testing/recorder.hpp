// Records conversations with a real server in a file.
#pragma once

#include <socketio/net/asio.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/describe.hpp>

#include <iosfwd>
#include <memory>
#include <string>
#include <utility>

namespace socketio::detail {

class recorder_state;

} // namespace socketio::detail

namespace socketio::testing {

// Writes what clients and their servers say to each other, as lines of JSON, while they say it: requests and answers of
// HTTP, packets, and messages of WebSocket, each with its time.
//
//     socketio::testing::recorder recorder{context, "conversation.jsonl"};
//     socketio::options settings;
//     settings.network = recorder.network();
//     auto socket = socketio::io(context, "http://localhost:3000", settings);
//
// http and ws only: TLS lies above a stream_factory, so that a connection to https or wss fails here. The client is
// made to ask for no compression. Values with secret names are written as ***; then they are that in a replay, too.
class recorder {
public:
    // Throws testing::failure if the file cannot be written.
    recorder(asio::any_io_executor executor, std::string const& path, secret_names secrets = default_secret_names());
    template <class Context>
    requires requires(Context& c) { asio::any_io_executor{c.get_executor()}; }
    recorder(Context& context, std::string const& path, secret_names secrets = default_secret_names())
        : recorder{asio::any_io_executor{context.get_executor()}, path, std::move(secrets)}
    {}
    // `to` has to live until stop().
    recorder(asio::any_io_executor executor, std::ostream& to, secret_names secrets = default_secret_names());
    recorder(recorder const&) = delete;
    recorder& operator=(recorder const&) = delete;
    ~recorder();

    // Settings whose connections are recorded: those of the stream_factory in `below`, or else of TCP.
    network_options network(network_options below = {});
    // Nothing is written from now on. Connections go on.
    void stop();
    // Why the recording has ended before: compression, https, a full disk. Empty: it has not.
    std::string failure() const;

private:
    std::shared_ptr<detail::recorder_state> const state_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/recorder.ipp>
#endif
