// SPDX-License-Identifier: Apache-2.0
#include "live/event_server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/error_words.hpp"
#include "live/connection_queue.hpp"
#include "live/request_guard.hpp"
#include "nonneg/error.hpp"
#include "page/page.hpp"

namespace nonneg::live {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kThreads = EventServer::kMaxViewers + 8;
constexpr int kReadSeconds = 5;
/// A viewer that takes nothing for this long is let go; its page asks again.
constexpr int kWriteSeconds = 5;
constexpr std::size_t kMaxRequestBytes = 4096;
constexpr std::chrono::milliseconds kPatience{500};
/// How often a silent stream is written to, to find out who left.
constexpr std::chrono::seconds kHeartbeat{2};
constexpr int kOk = 200;
constexpr int kNoContent = 204;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kBusy = 503;

/// A connection that is still busy then is left to the process's end.
constexpr std::chrono::seconds kFarewell{2};

[[noreturn]] void cannot_listen(const ListenAddress& address, int error) {
  if (address.port && error == EADDRINUSE) {
    throw InvalidArgument(fmt::format(
        "port {} of {} is in use by another program; name another port, or none to get a free one",
        *address.port, address.host));
  }
  if (address.port && error == EACCES) {
    throw InvalidArgument(fmt::format(
        "port {} of {} is kept for the system; name one from 1024 on, or none to get a free one",
        *address.port, address.host));
  }
  throw InvalidArgument(
      fmt::format("cannot listen at {}: {}; name an address of this machine, such as 127.0.0.1, or "
                  "0.0.0.0 for all of them",
                  address.host, error == 0 ? "there is no such address here" : error_words(error)));
}

/// What people type: a server for every address is reached by the machine's name.
std::string host_to_print(const std::string& host) {
  std::string shown = host;
  if (host == "0.0.0.0" || host == "::") {
    std::array<char, HOST_NAME_MAX + 1> name{};
    shown = ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
  }
  return shown.find(':') == std::string::npos ? shown : "[" + shown + "]";
}

}  // namespace

class EventServer::Impl {
 public:
  Impl(const ListenAddress& address, Button button)
      : button_(std::move(button)), token_(random_token()) {
    page::require_page();
    bind(address);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// `self` is kept until the last connection has ended.
  static void serve(const std::shared_ptr<Impl>& self) {
    try {
      self->queue_ = std::make_unique<ConnectionQueue>(kThreads);
      self->thread_ = std::thread([self] {
        try {
          self->server_->listen_after_bind();
        } catch (...) {
          // Out of memory: there is no page any more, and the run goes on.
        }
        const std::lock_guard lock(self->mutex_);
        self->over_ = true;
        self->ended_.notify_all();
      });
    } catch (const std::system_error& e) {
      throw NotAvailable(
          fmt::format("the page cannot be served: {} threads cannot be had: {}; allow more "
                      "processes (ulimit -u)",
                      kThreads + 1, e.code().message()));
    }
    while (!self->server_->is_running()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const std::lock_guard lock(self->mutex_);
      if (!self->over_) continue;
      self->thread_.join();
      throw NotAvailable("the page cannot be served: nobody can listen at its port; try again");
    }
  }

  /// From here on no button is pressed.
  void end() {
    log_.close();
    std::unique_lock lock(mutex_);
    button_ = nullptr;
    lock.unlock();
    server_->stop();
    lock.lock();
    const bool over = ended_.wait_for(lock, kFarewell, [this] { return over_; });
    lock.unlock();
    if (over) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }

  const std::string& address() const noexcept { return address_; }
  EventLog& log() noexcept { return log_; }
  int viewers() const noexcept { return viewers_; }

 private:
  std::unique_ptr<httplib::Server> make_server() {
    auto server = std::make_unique<httplib::Server>();
    server->new_task_queue = [this] { return queue_.release(); };
    // Not the library's own: SO_REUSEPORT would let two servers share a port.
    server->set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server->set_keep_alive_max_count(1);
    server->set_read_timeout(kReadSeconds);
    server->set_write_timeout(kWriteSeconds);
    server->set_payload_max_length(kMaxRequestBytes);
    server->set_tcp_nodelay(true);
    server->set_default_headers({{"Cache-Control", "no-store"},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"X-Frame-Options", "DENY"},
                                 {"Referrer-Policy", "no-referrer"},
                                 {"Cross-Origin-Resource-Policy", "same-origin"},
                                 {"Cross-Origin-Opener-Policy", "same-origin"}});
    server->set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          answer(request, response);
          return httplib::Server::HandlerResponse::Handled;
        });
    return server;
  }

  void bind(const ListenAddress& address) {
    if (address.port) checked_port("port", *address.port);
    host_ = host_to_print(address.host);
    int port = address.port.value_or(kUsualPort);
    server_ = make_server();
    errno = 0;
    if (!server_->bind_to_port(address.host, port)) {
      if (address.port) cannot_listen(address, errno);
      // Newer versions of cpp-httplib, 0.18 among them, bind no server anew whose bind has failed.
      server_ = make_server();
      errno = 0;
      port = server_->bind_to_any_port(address.host);
      if (port < 1) cannot_listen(address, errno);
    }
    address_ = fmt::format("http://{}:{}/{}/", host_, port, token_);
  }

  /// Every request comes by here.
  void answer(const httplib::Request& request, httplib::Response& response) {
    response.status = kNotFound;
    const std::string host = request.get_header_value("Host");
    if (request.get_header_value_count("Host") != 1 || !host_allowed(host, host_)) {
      response.status = kForbidden;
      return;
    }
    const std::string_view path = request.path;
    const std::size_t end = path.find('/', 1);
    if (path.empty() || end == std::string_view::npos) return;
    if (!same_token(path.substr(1, end - 1), token_)) return;
    const std::string what(path.substr(end + 1));
    if (request.method == "GET" && what.empty()) return send_page(response);
    if (request.method == "GET" && what == "events") return send_events(request, response);
    if (request.method == "POST") press(request, what, host, response);
  }

  void send_page(httplib::Response& response) {
    const std::string nonce = random_token();
    response.status = kOk;
    response.set_header(
        "Content-Security-Policy",
        fmt::format("default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; img-src "
                    "data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'none'",
                    nonce));
    response.set_content(page::live_page(nonce), "text/html; charset=utf-8");
  }

  void press(const httplib::Request& request, const std::string& what, const std::string& host,
             httplib::Response& response) {
    if (what != "pause" && what != "resume" && what != "stop") return;
    if (request.has_header("Origin") && request.get_header_value("Origin") != "http://" + host) {
      response.status = kForbidden;
      return;
    }
    const std::lock_guard lock(mutex_);
    response.status = button_ && button_(what) ? kNoContent : kConflict;
  }

  void send_events(const httplib::Request& request, httplib::Response& response) {
    if (++viewers_ > kMaxViewers) {
      --viewers_;
      response.status = kBusy;
      return;
    }
    // Where a page that lost its connection goes on.
    std::uint64_t cursor = 0;
    const std::string last = request.get_header_value("Last-Event-ID");
    std::from_chars(last.data(), last.data() + last.size(), cursor);
    response.status = kOk;
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, cursor, written = Clock::time_point()](std::size_t,
                                                      httplib::DataSink& sink) mutable {
          return send_next(cursor, written, sink);
        },
        [this](bool) { --viewers_; });
  }

  /// False ends the stream.
  bool send_next(std::uint64_t& cursor, Clock::time_point& written, httplib::DataSink& sink) {
    for (const EventLog::Frame& frame : log_.after(cursor, kPatience)) {
      if (!sink.write(frame->data(), frame->size())) return false;
      written = Clock::now();
    }
    if (log_.closed()) return false;
    if (Clock::now() - written > kHeartbeat) {
      constexpr std::string_view kNothing = ":\n\n";
      if (!sink.write(kNothing.data(), kNothing.size())) return false;
      written = Clock::now();
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  Button button_;
  std::string token_;
  std::string host_;
  std::string address_;
  EventLog log_;
  std::atomic<int> viewers_ = 0;
  std::unique_ptr<httplib::Server> server_;
  /// Until the server listens, which takes it.
  std::unique_ptr<ConnectionQueue> queue_;
  std::thread thread_;
};

EventServer::EventServer(const ListenAddress& address, Button button)
    : impl_(std::make_shared<Impl>(address, std::move(button))) {
  Impl::serve(impl_);
}
EventServer::~EventServer() { impl_->end(); }
const std::string& EventServer::address() const noexcept { return impl_->address(); }
EventLog& EventServer::log() noexcept { return impl_->log(); }
int EventServer::viewers() const noexcept { return impl_->viewers(); }

}  // namespace nonneg::live
