// The real peers of tests/peers, run by node and steered by lines of JSON: one command, one answer.
// Knows where they are and how to ask them; what the commands mean stands in server.js, raw.js and steps.js.
#pragma once

#include "process.hpp"
#include "quoted.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support {

// The build may name the places in the environment or in definitions of the same names; the environment wins.
namespace places {

inline std::string chosen(char const* variable, std::string otherwise)
{
    char const* const value = std::getenv(variable);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

inline std::string peers()
{
#if defined(SOCKETIO_PEERS_DIR)
    return chosen("SOCKETIO_PEERS_DIR", SOCKETIO_PEERS_DIR);
#else
    return chosen("SOCKETIO_PEERS_DIR", "tests/peers");
#endif
}

inline std::string node_modules()
{
#if defined(SOCKETIO_NODE_MODULES)
    return chosen("SOCKETIO_NODE_MODULES", SOCKETIO_NODE_MODULES);
#else
    return chosen("SOCKETIO_NODE_MODULES", chosen("NODE_PATH", ""));
#endif
}

} // namespace places

class peer {
public:
    std::uint16_t port() const noexcept { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    process& program() noexcept { return program_; }

    // Sends a command whose answer is not awaited yet: see reply().
    void command(std::string_view json) { program_.write_line(std::string(json)); }

    // The answer to the oldest unanswered command, if it is there. Throws if it is an error.
    std::optional<std::string> reply()
    {
        std::optional<std::string> line = program_.try_line();
        if (line)
            check(*line);
        return line;
    }

    // Compact JSON. While this waits the test's own io_context does not run:
    // when the answer depends on the client, use ask() of run_until.hpp.
    std::string ask(std::string_view json, steady::duration within = patience)
    {
        command(json);
        std::string line = program_.read_line(within);
        check(line);
        return line;
    }

    // One member of every log entry of a kind: log("disconnect", "reason") is ["transport close"].
    std::string log(std::string_view what, std::string_view member)
    {
        return ask(R"({"do":"log","what":)" + quoted(what) + R"(,"pick":)" + quoted(member) + "}");
    }

    int count(std::string_view what)
    {
        return number(ask(R"({"do":"count","what":)" + quoted(what) + "}"));
    }

protected:
    peer(std::string_view script, std::string options)
        : program_({places::chosen("SOCKETIO_NODE", "node"), places::peers() + "/" + std::string(script),
                       std::move(options)},
              {{"NODE_PATH", places::node_modules()}})
        , port_(listening(program_.read_line()))
    {
    }
    ~peer() = default;

private:
    static int number(std::string_view text)
    {
        int result = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
        if (error != std::errc() || end != text.data() + text.size())
            throw std::runtime_error("not a number: " + std::string(text));
        return result;
    }

    static std::uint16_t listening(std::string_view line)
    {
        constexpr std::string_view prefix = R"({"listening":)";
        if (!line.starts_with(prefix) || !line.ends_with('}'))
            throw std::runtime_error("the peer did not start: " + std::string(line));
        return static_cast<std::uint16_t>(number(line.substr(prefix.size(), line.size() - prefix.size() - 1)));
    }

    static void check(std::string_view answer)
    {
        if (answer.starts_with(R"({"error":)"))
            throw std::runtime_error("the peer says " + std::string(answer));
    }

    process program_;
    std::uint16_t port_;
};

// npm's socket.io server (server.js).
class npm_server : public peer {
public:
    explicit npm_server(std::string options = "{}") : peer("server.js", std::move(options)) {}
};

// A server that follows a script, right or wrong (raw.js).
class raw_server : public peer {
public:
    explicit raw_server(std::string options) : peer("raw.js", std::move(options)) {}

    // Runs more steps on the newest connection.
    void run(std::string_view steps) { ask(R"({"do":"run","steps":)" + std::string(steps) + "}"); }
};

} // namespace support
