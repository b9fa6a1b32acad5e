// SPDX-License-Identifier: Apache-2.0
// A PTX module after reading: functions as arrays of decoded instructions, variables with their
// addresses.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "types.hpp"

namespace nonneg::emulated {
struct Allocation;
class ThreadBlock;
struct Thread;
}  // namespace nonneg::emulated

namespace nonneg::emulated::ptx {

struct Function;
struct Instruction;

enum class Special : std::uint8_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  WarpCount,
  MultiprocessorCount,
  Clock,
  LaneMaskEq,
  LaneMaskLt,
  LaneMaskLe,
  LaneMaskGt,
  LaneMaskGe,
  DynamicSharedSize,
  TotalSharedSize,
  Zero,
  One,
  GridWorkspaceHigh,
  GridWorkspaceLow
};

struct Operand {
  enum class Kind : std::uint8_t {
    None,
    Register,
    NegatedRegister,  ///< !p
    Immediate,        ///< a literal, or the address of a module variable
    Special,
    Vector,         ///< {a, b, ...}: elements live in the instruction
    Label,          ///< name in the instruction's labels, resolved when the function is complete
    Sink,           ///< _
    Local,          ///< address of a .local variable of the frame
    Param,          ///< address of a .param variable of the frame
    KernelParam,    ///< address of a kernel parameter
    DynamicShared,  ///< offset from the start of the dynamic shared memory
    FunctionAddress
  };
  Kind kind = Kind::None;
  Special special = Special::Zero;
  std::uint8_t element_count = 0;
  std::uint8_t first_element = 0;
  std::int32_t reg = -1;
  std::int32_t second_reg = -1;  ///< q of "p|q"
  std::uint64_t value =
      0;  ///< literal, offset or Function*; for a register in brackets the displacement
};

enum class Opcode : std::uint8_t {
  // clang-format off
  Add, Sub, Mul, Mad, Fma, Div, Rem, Min, Max, And, Or, Xor, Not, Cnot, Shl, Shr, Shf, Neg, Abs, Sad,
  Popc, Clz, Brev, Bfind, Bfe, Bfi, Prmt, Lop3, Bmsk, Szext, Setp, Set, Selp, Slct, Mov, Cvt, Cvta,
  Ld, St, Atom, Red, Bra, Brx, Call, Ret, Exit, Bar, BarWarp, Shfl, Vote, Match, Redux, ActiveMask,
  Nop, Fence, Rcp, Sqrt, Rsqrt, Sin, Cos, Lg2, Ex2, Tanh, Copysign, Testp, Trap, Unsupported, Addc,
  Subc, Madc, IsSpace, Mul24, Mad24
  // clang-format on
};

enum class Compare : std::uint8_t {
  None,
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  EqU,
  NeU,
  LtU,
  LeU,
  GtU,
  GeU,
  Num,
  NaN
};

/// The modifier that selects what an instruction of a family does: atom.add, shfl.up, vote.all,
/// testp.finite.
enum class Variant : std::uint8_t {
  None,
  Add,
  Min,
  Max,
  And,
  Or,
  Xor,
  Inc,
  Dec,
  Exch,
  Cas,
  Popc,
  Up,
  Down,
  Bfly,
  Idx,
  All,
  Any,
  Uni,
  Ballot,
  Finite,
  Infinite,
  Number,
  NotANumber,
  Normal,
  Subnormal,
  Left,
  Right
};

enum class MulPart : std::uint8_t { Low, High, Wide };

/// What the thread does after an instruction.
enum class Flow : std::uint8_t { Next, Jumped, Blocked };
using Handler = Flow (*)(ThreadBlock&, Thread&, const Instruction&);

/// The allocation an instruction last touched: most instructions stay in one.
struct AllocationCache {
  std::uint64_t generation = 0;
  std::uint64_t begin = 0, end = 0;
  Allocation* allocation = nullptr;
};

struct Instruction {
  Handler handler = nullptr;
  std::int32_t guard = -1;
  bool guard_negated = false;
  Opcode opcode = Opcode::Nop;
  Type type = Type::None;
  Type source_type = Type::None;  ///< second type: the source of cvt, set, slct

  Variant variant = Variant::None;
  Compare compare = Compare::None;
  MulPart part = MulPart::Low;
  Space space = Space::Generic;
  Rounding rounding = Rounding::Nearest;
  std::uint8_t vector_width = 1;
  bool integer_rounding = false;  ///< cvt.rni and its kin: round to an integral value
  bool flush = false;             ///< .ftz
  bool saturate = false;
  bool carry = false;   ///< .cc
  bool strong = false;  ///< volatile, relaxed, acquire, release
  bool approximate = false;
  bool propagate_nan = false;
  bool relu = false;
  bool wrap = false;  ///< .wrap; the default is .clamp where both exist
  bool clamp = false;
  bool shift_amount = false;
  bool arrive = false;   ///< bar.arrive
  bool reduces = false;  ///< bar.red
  bool cluster = false;
  bool to_space = false;  ///< cvta.to

  std::uint8_t operand_count = 0;
  std::array<Operand, 5> operands;
  mutable AllocationCache cache;

  std::int32_t target = -1;
  std::vector<std::int32_t> targets;
  std::vector<Operand> elements;
  std::vector<Operand> call_returns, call_arguments;

  int line = 0;         ///< in the PTX text
  int source_line = 0;  ///< in the .cu, from .loc; 0: unknown
  std::string mnemonic;
  std::string last_operand;
};

struct Variable {
  std::string name;
  Space space = Space::Generic;
  Type type = Type::None;
  int alignment = 1;
  std::uint64_t size = 0;
  std::uint64_t address = 0;  ///< of the storage, or the offset in its window
  bool dynamic_shared = false;
};

struct Function {
  std::string name;
  bool is_entry = false;
  bool is_defined = false;
  std::vector<Variable> parameters, returns;
  std::string body;
  int body_line = 0;
  int max_threads = 0;  ///< .maxntid; 0: not given

  std::vector<Instruction> code;
  int register_count = 1;  ///< register 0 is the carry flag
  std::uint64_t local_size = 0;
  std::uint64_t param_size = 0;
  std::uint64_t shared_size = 0;  ///< static shared memory of a launch of this entry
};

struct Module {
  std::string name;
  int architecture = 0;
  std::map<std::string, std::unique_ptr<Function>> functions;
  std::map<std::string, Variable> variables;
  std::uint64_t common_shared_size = 0;  ///< module-level and device functions' shared variables
  std::uint64_t callee_local_size =
      0;  ///< local memory all device functions may need in one thread
  bool has_callees = false;

  /// The kernel of that name, null where there is none.
  const Function* kernel(const std::string& kernel_name) const;
};

}  // namespace nonneg::emulated::ptx
