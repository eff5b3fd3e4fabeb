// The files of a folder, for browsers. Knows no sockets: a request goes in, an answer comes out.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/provided.hpp>
#include <socketio/net/http_message.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace socketio {

// How the files of a folder are served. Names of files and folders are those of the URL, percent-decoded.
struct serve_files_options {
    std::string index = "index.html";       // what a folder shows; empty: folders are not found
    std::size_t file_size = 64 * 1024 * 1024; // bytes of one file; larger ones are an error 500
    // Names that begin with a dot, but ".well-known", which is never hidden. On Windows names of the form "GIT~1", too, since
    // they may be second names of such files.
    bool hidden_files = false;
    std::string cache_control = "no-cache"; // the browser keeps a file, and asks each time whether it has changed
    string_pairs content_types{};           // more of them, or others, by the names' ends: {"gltf", "model/gltf+json"}
};

// Answers GET and HEAD with the files of one folder and of those in it, and nothing outside of it, links included. Other
// methods are answered 405, what is not there 404, what may not be read 403, and 503 tells that the process has as many
// files open as it may. A file's ETag is its length and its time; what the browser has already is answered 304 (RFC 9110,
// section 13.1). No ranges. Any thread.
// A file of up to 64 KiB is read inside the call, which waits for the disk. A larger one is the answer's `source`, in place
// of `body`: it stays open, and is read in pieces of 64 KiB as the client takes them. If it becomes shorter meanwhile, the
// connection ends.
// Copies share what they are made of.
class file_server {
public:
    // See serve_files().
    file_server(std::filesystem::path const& folder, serve_files_options settings);

    // Throws nothing of its own.
    http_response operator()(http_request const& request) const;

private:
    struct state;
    std::shared_ptr<state const> state_;
};

// For the server's on_request():
//
//     io.on_request(socketio::serve_files("public"));
//
// A relative path is taken from the folder that the program is in now. Throws std::system_error if there is no such folder.
inline file_server serve_files(std::filesystem::path const& folder, serve_files_options settings = {})
{
    return file_server{folder, std::move(settings)};
}

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/static_files.ipp>
#endif
