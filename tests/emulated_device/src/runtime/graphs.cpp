// SPDX-License-Identifier: Apache-2.0
// CUDA graphs. A launch turns the nodes into operations whose dependencies are the graph's edges,
// between the launching stream's earlier and later work. Parallel branches stay unordered.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>

#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "api.hpp"
#include "capture.hpp"
#include "ledger.hpp"
#include "live_objects.hpp"

namespace nonneg::emulated {
namespace {

struct ExecutableGraph {
  Graph graph;
  std::vector<std::uint32_t> line_of_node;
  std::vector<std::uint32_t> lines;
  OperationPointer last;  ///< end of the latest launch; launches of one graph do not overlap
};

std::set<Graph*>& graphs() {
  static auto* all = new std::set<Graph*>;
  return *all;
}
std::set<ExecutableGraph*>& executables() {
  static auto* all = new std::set<ExecutableGraph*>;
  return *all;
}

Graph* find_graph(cudaGraph_t handle, const char* call) {
  auto* g = reinterpret_cast<Graph*>(handle);
  if (graphs().count(g) != 0) return g;
  report("use of an invalid or destroyed graph", call);
  return nullptr;
}

ExecutableGraph* find_executable(cudaGraphExec_t handle, const char* call) {
  auto* x = reinterpret_cast<ExecutableGraph*>(handle);
  if (executables().count(x) != 0) return x;
  report("use of an invalid or destroyed executable graph", call);
  return nullptr;
}

/// A chain of nodes is one line of program order; branches get their own.
void assign_lines(ExecutableGraph& x) {
  const std::vector<GraphNode>& nodes = x.graph.nodes;
  std::vector<char> ends_chain(nodes.size(), 0);
  x.line_of_node.assign(nodes.size(), 0);
  std::size_t used = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& dependencies = nodes[i].dependencies;
    const auto before = std::find_if(dependencies.begin(), dependencies.end(), [&](int d) {
      return ends_chain[static_cast<std::size_t>(d)] != 0;
    });
    if (before != dependencies.end()) {
      x.line_of_node[i] = x.line_of_node[static_cast<std::size_t>(*before)];
      ends_chain[static_cast<std::size_t>(*before)] = 0;
    } else {
      if (used == x.lines.size()) x.lines.push_back(new_line());
      x.line_of_node[i] = x.lines[used++];
    }
    ends_chain[i] = 1;
  }
}

/// Nodes that no other node depends on.
std::vector<int> leaves(const Graph& g) {
  std::vector<char> has_successor(g.nodes.size(), 0);
  for (const GraphNode& n : g.nodes)
    for (const int d : n.dependencies) has_successor[static_cast<std::size_t>(d)] = 1;
  std::vector<int> out;
  for (std::size_t i = 0; i < g.nodes.size(); ++i)
    if (has_successor[i] == 0) out.push_back(static_cast<int>(i));
  return out;
}

/// A graph launched into a captured stream becomes part of the captured graph.
cudaError_t capture_graph(Stream& s, const Graph& g) {
  if (s.capture->invalid) return cudaErrorStreamCaptureInvalidated;
  std::vector<GraphNode>& nodes = s.capture->graph->nodes;
  const int base = static_cast<int>(nodes.size());
  for (GraphNode node : g.nodes) {
    for (int& d : node.dependencies) d += base;
    if (node.dependencies.empty()) node.dependencies = s.capture_tail;
    nodes.push_back(std::move(node));
  }
  std::vector<int> tail = leaves(g);
  for (int& node : tail) node += base;
  if (!tail.empty()) s.capture_tail = tail;
  return cudaSuccess;
}

void launch(ExecutableGraph& x, Stream& s) {
  const std::vector<GraphNode>& nodes = x.graph.nodes;
  std::vector<OperationPointer> roots = stream_dependencies(s);
  if (x.last) roots.push_back(x.last);
  std::vector<OperationPointer> operations(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::vector<OperationPointer> dependencies;
    for (const int d : nodes[i].dependencies)
      dependencies.push_back(operations[static_cast<std::size_t>(d)]);
    operations[i] =
        enqueue(x.line_of_node[i], nodes[i].work, dependencies.empty() ? roots : dependencies);
  }
  std::vector<OperationPointer> ends;
  for (const int node : leaves(x.graph)) ends.push_back(operations[static_cast<std::size_t>(node)]);
  const OperationPointer end =
      enqueue(s.line, empty_work("end of a graph launch"), ends.empty() ? roots : ends);
  append_to_stream(s, end);
  x.last = end;
}

cudaGraphNodeType type_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::Kernel:
    case WorkKind::Blas:
      return cudaGraphNodeTypeKernel;
    case WorkKind::Copy:
      return cudaGraphNodeTypeMemcpy;
    case WorkKind::Set:
      return cudaGraphNodeTypeMemset;
    case WorkKind::HostFunction:
      return cudaGraphNodeTypeHost;
    case WorkKind::Allocation:
      return cudaGraphNodeTypeMemAlloc;
    case WorkKind::Free:
      return cudaGraphNodeTypeMemFree;
    default:
      return cudaGraphNodeTypeEmpty;
  }
}

}  // namespace

GraphMemory::~GraphMemory() {
  for (void* p : pointers) {
    const std::size_t bytes = allocation_size(p);
    if (bytes > 0 && free_device(p)) record_free(bytes);
  }
}

cudaGraph_t adopt_graph(Graph* graph) {
  graphs().insert(graph);
  ++live_objects().graphs;
  return reinterpret_cast<cudaGraph_t>(graph);
}

}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned) {
  const ApiCall call("cudaGraphCreate");
  if (const auto e = call.admit_failable(cudaErrorMemoryAllocation)) return e;
  *graph = adopt_graph(new Graph);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphClone(cudaGraph_t* clone, cudaGraph_t original) {
  const ApiCall call("cudaGraphClone");
  if (const auto e = call.admit_failable(cudaErrorMemoryAllocation)) return e;
  const Graph* g = find_graph(original, "cudaGraphClone");
  if (g == nullptr) return finish(cudaErrorInvalidValue);
  *clone = adopt_graph(new Graph(*g));
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  const ApiCall call("cudaGraphDestroy");
  if (const auto e = call.admit()) return e;
  Graph* g = find_graph(graph, "cudaGraphDestroy");
  if (g == nullptr) return finish(cudaErrorInvalidValue);
  graphs().erase(g);
  delete g;
  --live_objects().graphs;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes,
                                                std::size_t* count) {
  const ApiCall call("cudaGraphGetNodes");
  if (const auto e = call.admit()) return e;
  const Graph* g = find_graph(graph, "cudaGraphGetNodes");
  if (g == nullptr) return finish(cudaErrorInvalidValue);
  const std::size_t given = nodes == nullptr ? g->nodes.size() : std::min(*count, g->nodes.size());
  for (std::size_t i = 0; nodes != nullptr && i < given; ++i)
    nodes[i] = reinterpret_cast<cudaGraphNode_t>(g->nodes[i].work.get());
  *count = given;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType* type) {
  *type = type_of(reinterpret_cast<const Work*>(node)->kind);
  return cudaSuccess;
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                                   unsigned long long) {
  const ApiCall call("cudaGraphInstantiate");
  if (const auto e = call.admit_failable(cudaErrorMemoryAllocation)) return e;
  const Graph* g = find_graph(graph, "cudaGraphInstantiate");
  if (g == nullptr) return finish(cudaErrorInvalidValue);
  auto* x = new ExecutableGraph;
  x->graph = *g;
  assign_lines(*x);
  executables().insert(x);
  ++live_objects().executable_graphs;
  ++ledger().graphs_instantiated;
  *executable = reinterpret_cast<cudaGraphExec_t>(x);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* executable,
                                                            cudaGraph_t graph,
                                                            unsigned long long flags) {
  return cudaGraphInstantiate(executable, graph, flags);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  const ApiCall call("cudaGraphExecDestroy");
  if (const auto e = call.admit()) return e;
  ExecutableGraph* x = find_executable(executable, "cudaGraphExecDestroy");
  if (x == nullptr) return finish(cudaErrorInvalidValue);
  executables().erase(x);
  if (x->last && !x->last->done && !x->graph.memory->pointers.empty()) force(x->last);
  if (!x->last || x->last->done)
    for (const std::uint32_t line : x->lines) free_line(line);
  delete x;
  --live_objects().executable_graphs;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t) {
  const ApiCall call("cudaGraphUpload");
  if (const auto e = call.admit()) return e;
  const bool known = find_executable(executable, "cudaGraphUpload") != nullptr;
  return finish(known ? cudaSuccess : cudaErrorInvalidValue);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphExecUpdate(cudaGraphExec_t executable, cudaGraph_t graph,
                                                  cudaGraphExecUpdateResultInfo* info) {
  const ApiCall call("cudaGraphExecUpdate");
  if (const auto e = call.admit_failable(cudaErrorGraphExecUpdateFailure)) return e;
  ExecutableGraph* x = find_executable(executable, "cudaGraphExecUpdate");
  const Graph* g = find_graph(graph, "cudaGraphExecUpdate");
  if (x == nullptr || g == nullptr) return finish(cudaErrorInvalidValue);
  cudaGraphExecUpdateResult result = cudaGraphExecUpdateSuccess;
  const auto& now = x->graph.nodes;
  if (now.size() != g->nodes.size()) result = cudaGraphExecUpdateErrorTopologyChanged;
  for (std::size_t i = 0; result == cudaGraphExecUpdateSuccess && i < now.size(); ++i) {
    if (now[i].dependencies != g->nodes[i].dependencies)
      result = cudaGraphExecUpdateErrorTopologyChanged;
    else if (now[i].work->kind != g->nodes[i].work->kind)
      result = cudaGraphExecUpdateErrorNodeTypeChanged;
  }
  if (info != nullptr) {
    std::memset(info, 0, sizeof *info);
    info->result = result;
  }
  if (result != cudaGraphExecUpdateSuccess) return finish(cudaErrorGraphExecUpdateFailure);
  x->graph = *g;
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  const ApiCall call("cudaGraphLaunch");
  if (const auto e = call.admit_failable(cudaErrorLaunchOutOfResources)) return e;
  ExecutableGraph* x = find_executable(executable, "cudaGraphLaunch");
  Stream* s = find_stream(stream, "cudaGraphLaunch");
  if (x == nullptr || s == nullptr) return finish(cudaErrorInvalidResourceHandle);
  if (s->capture) return finish(capture_graph(*s, x->graph));
  if (s->is_legacy && blocking_stream_captured()) {
    invalidate_blocking_captures();
    return finish(cudaErrorStreamCaptureImplicit);
  }
  record_graph_launch();
  launch(*x, *s);
  return finish(cudaSuccess);
}

NONNEG_EMU_EXPORT cudaError_t cudaGraphDebugDotPrint(cudaGraph_t graph, const char* path,
                                                     unsigned) {
  const ApiCall call("cudaGraphDebugDotPrint");
  if (const auto e = call.admit()) return e;
  const Graph* g = find_graph(graph, "cudaGraphDebugDotPrint");
  if (g == nullptr) return finish(cudaErrorInvalidValue);
  std::FILE* file = std::fopen(path, "w");
  if (file == nullptr) return finish(cudaErrorOperatingSystem);
  std::fprintf(file, "digraph g {\n");
  for (std::size_t i = 0; i < g->nodes.size(); ++i) {
    std::fprintf(file, " n%zu [label=\"%s\"];\n", i, g->nodes[i].work->name.c_str());
    for (const int d : g->nodes[i].dependencies) std::fprintf(file, " n%d -> n%zu;\n", d, i);
  }
  std::fprintf(file, "}\n");
  std::fclose(file);
  return finish(cudaSuccess);
}
