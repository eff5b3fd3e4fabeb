// A Socket.IO server over long-polling alone that accepts the namespace "/", and answers as a test says where that says
// anything. Threads of its own; it knows nothing of the library.
#pragma once

#include "scripted_tcp_server.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

class polling_script {
public:
    struct request {
        std::string method{}, target{}, head{}, body{};
        std::size_t connection = 0;
        bool opens() const { return method == "GET" && target.find("sid=") == std::string::npos; }
        bool polls() const { return method == "GET" && !opens(); }
        bool posts() const { return method == "POST"; }
        bool upgrades() const { return target.find("transport=websocket") != std::string::npos; }
    };
    // The bytes of an answer; "" ends the connection, and so does "Connection: close". Nothing: the usual answer.
    using answers = std::function<std::optional<std::string>(request const&)>;

    explicit polling_script(answers instead = [](request const&) { return std::nullopt; }, std::string more = "")
        : instead_{std::move(instead)}, more_{std::move(more)}, server_{[this](scripted_connection& on) { serve(on); }}
    {
    }
    ~polling_script()
    {
        std::lock_guard const lock{mutex_};
        ending_ = true;
        changed_.notify_all();
    }

    static std::string http(std::string_view status, std::string_view body, std::string_view headers = "")
    {
        return "HTTP/1.1 " + std::string{status} + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string{headers} + "\r\n" + std::string{body};
    }
    static std::string ok(std::string_view body, std::string_view headers = "") { return http("200 OK", body, headers); }

    // Lines of a head, each with its end, for every answer. To be called before the first request.
    void add_headers(std::function<std::string(request const&)> headers) { headers_ = std::move(headers); }

    // For the next poll.
    void say(std::string packet)
    {
        std::lock_guard const lock{mutex_};
        waiting_.push_back(std::move(packet));
        changed_.notify_all();
    }
    std::string url() const { return server_.url(); }
    // Of all requests, "GET", "POST 40" and so on.
    std::vector<std::string> heard()
    {
        std::lock_guard const lock{mutex_};
        return heard_;
    }
    std::vector<request> requests()
    {
        std::lock_guard const lock{mutex_};
        return requests_;
    }
    std::size_t connections() { return server_.visitors(); }

private:
    void serve(scripted_connection& on)
    {
        for (;;) {
            request asked;
            asked.head = on.read_until("\r\n\r\n");
            asked.connection = on.number();
            auto const space = asked.head.find(' ');
            if (space == std::string::npos)
                return;
            asked.method = asked.head.substr(0, space);
            asked.target = asked.head.substr(space + 1, asked.head.find(' ', space + 1) - space - 1);
            asked.body = on.read(length(asked.head));
            note(asked);
            std::optional<std::string> answer = instead_(asked);
            if (!answer)
                answer = usual(asked);
            if (answer->empty())
                return;
            if (headers_)
                answer->insert(answer->find("\r\n") + 2, headers_(asked));
            on.write(*answer);
            if (answer->find("Connection: close") != std::string::npos)
                return;
        }
    }
    static std::size_t length(std::string head)
    {
        std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        auto const at = head.find("content-length: ");
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    }
    void note(request const& asked)
    {
        std::lock_guard const lock{mutex_};
        heard_.push_back(asked.method + (asked.body.empty() ? "" : " " + asked.body));
        requests_.push_back(asked);
    }
    std::string usual(request const& asked)
    {
        if (asked.upgrades())
            return http("400 Bad Request", R"({"code":0,"message":"Transport unknown"})", "Connection: close\r\n");
        if (asked.opens())
            return ok(R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000)" + more_ + "}");
        if (asked.posts()) {
            if (asked.body.starts_with("40"))
                say(R"(40{"sid":"here"})");
            return ok("ok");
        }
        return poll();
    }
    std::string poll()
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (ending_)
            return "";
        std::string payload = std::exchange(waiting_, {}).front();
        return ok(payload);
    }

    answers instead_;
    std::function<std::string(request const&)> headers_;
    std::string more_;
    std::mutex mutex_; // guards all below
    std::condition_variable changed_;
    std::deque<std::string> waiting_;
    std::vector<std::string> heard_;
    std::vector<request> requests_;
    bool ending_ = false;
    scripted_tcp_server server_;
};

} // namespace support
