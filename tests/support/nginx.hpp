// nginx as what usually stands before a Socket.IO server, and a certificate for it.
#pragma once

#include "certificates.hpp"
#include "daemon.hpp"

#include <cstdint>
#include <string>

namespace support {

// Files of a certificate for localhost and 127.0.0.1 that is signed by itself.
class own_certificate {
public:
    own_certificate() : file_(folder_.write("certificate.pem", made_.pem())), key_(folder_.write("key.pem", made_.key())) {}

    std::string const& file() const noexcept { return file_; }
    std::string const& key() const noexcept { return key_; }

private:
    temporary_folder folder_;
    certificate made_{certificate_form{}};
    std::string file_;
    std::string key_;
};

// Lines of nginx.conf(5): a location passes everything on to a Socket.IO server of this machine.
inline std::string pass_to(std::uint16_t upstream, std::string const& more = "")
{
    return "proxy_pass http://127.0.0.1:" + std::to_string(upstream) +
           "; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
           " proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; " +
           more;
}

class nginx : public daemon {
public:
    // `servers` stands in the block http. There must be one that listens on `port`.
    nginx(std::uint16_t port, std::string const& servers) : daemon(port)
    {
        std::string const configuration = folder().write("nginx.conf",
            "daemon off; master_process off; pid " + folder().path("pid") +
                "; error_log stderr info; events { }\nhttp {\n" + temporary_paths() +
                "log_format short \"$server_port $request $status\";\naccess_log " + folder().path("access.log") +
                " short;\n" + servers + "\n}\n");
        set_command({installed("nginx", "nginx"), "-p", folder().name(), "-e", "stderr", "-c", configuration});
        set_log("access.log");
        start();
    }

    std::string url() const { return "http://" + address(); }
    // Of an upgraded connection it is told when that ends.
    int answered(int status) const { return mentions(" " + std::to_string(status) + "\n"); }

private:
    std::string temporary_paths() const
    {
        std::string all;
        for (char const* const each : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            all += std::string(each) + "_temp_path " + folder().path(each) + ";\n";
        return all;
    }
};

// A block for one server with a location "/" of these lines.
inline std::string server_block(std::uint16_t port, std::string const& location, std::string const& more = "")
{
    return "server { listen 127.0.0.1:" + std::to_string(port) + "; " + more + " location / { " + location + " } }\n";
}

inline std::string tls_block(std::uint16_t port, own_certificate const& own, std::string const& location)
{
    return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl; ssl_certificate " + own.file() +
           "; ssl_certificate_key " + own.key() + "; location / { " + location + " } }\n";
}

} // namespace support
