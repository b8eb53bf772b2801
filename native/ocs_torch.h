#ifndef OCS_TORCH_H
#define OCS_TORCH_H

// The contract between Ocs.Torch and libtorch.
//
// - Every function returns null when all went well, otherwise an error that the caller frees with ocs_error_free.
// - Results come back through out-pointers, which are written only on success.
// - An ocs_tensor* result is owned by the caller and released with ocs_tensor_release; an argument is only borrowed.
// - Text is UTF-8. Booleans are uint8_t, 0 or 1. Data types are numbered as in c10::ScalarType.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define OCS_NOEXCEPT noexcept
extern "C" {
#else
#define OCS_NOEXCEPT
#endif

#define OCS_API __attribute__((visibility("default")))

typedef struct ocs_error ocs_error;            // message and stack of a failure
typedef struct ocs_tensor ocs_tensor;          // one counted reference to a tensor
typedef struct ocs_operator ocs_operator;      // an operator's handle; lives as long as the process
typedef struct ocs_generator ocs_generator;    // a separate random generator on the CPU
typedef struct ocs_cuda_graph ocs_cuda_graph;  // a side stream with its capture

enum ocs_kind {
    OCS_NONE = 0,                  // also: an absent tensor, layout, generator, dtype, ...
    OCS_TENSOR = 1,                // pointer: ocs_tensor*
    OCS_INT = 2,                   // integer; converted if the operator takes a float or a list
    OCS_DOUBLE = 3,                // real; also a Scalar
    OCS_BOOL = 4,                  // integer: 0 or 1
    OCS_INT_LIST = 5,              // pointer: const int64_t*, count
    OCS_DOUBLE_LIST = 6,           // pointer: const double*, count; also a Scalar[]
    OCS_BOOL_LIST = 7,             // pointer: const uint8_t*, count
    OCS_TENSOR_LIST = 8,           // pointer: ocs_tensor* const*, count
    OCS_OPTIONAL_TENSOR_LIST = 9,  // as OCS_TENSOR_LIST, null for an absent tensor
    OCS_DTYPE = 10,                // integer: c10::ScalarType
    OCS_DEVICE = 11,               // integer: c10::DeviceType, count: index
    OCS_MEMORY_FORMAT = 12,        // integer: c10::MemoryFormat
    OCS_STRING = 13,               // pointer: UTF-8, count: bytes
    OCS_GENERATOR = 14             // pointer: ocs_generator*
};

// One argument of an operator.
typedef struct ocs_value {
    int32_t kind;
    int32_t count;
    union {
        int64_t integer;
        double real;
        const void* pointer;
    };
} ocs_value;

// The properties of a tensor, except its shape.
typedef struct ocs_tensor_info {
    int64_t element_count;
    int32_t rank;
    int32_t dtype;
    int32_t device_kind;
    int32_t device_index;
} ocs_tensor_info;

// Errors. The texts belong to the error; the message is libtorch's without its stack.
OCS_API const char* ocs_error_message(const ocs_error* error) OCS_NOEXCEPT;
OCS_API const char* ocs_error_stack(const ocs_error* error) OCS_NOEXCEPT;
OCS_API void ocs_error_free(ocs_error* error) OCS_NOEXCEPT;

// Tensors.
OCS_API ocs_error* ocs_tensor_release(ocs_tensor* tensor) OCS_NOEXCEPT;
// A second owned reference to the same tensor.
OCS_API ocs_error* ocs_tensor_alias(ocs_tensor* tensor, ocs_tensor** result) OCS_NOEXCEPT;
// Writes the first `capacity` sizes; info->rank is their number.
OCS_API ocs_error* ocs_tensor_describe(ocs_tensor* tensor, ocs_tensor_info* info, int64_t* sizes,
                                       int32_t capacity) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_tensor_is_contiguous(ocs_tensor* tensor, int32_t memory_format, uint8_t* result) OCS_NOEXCEPT;
// Address of the first element; valid as long as the tensor and its storage.
OCS_API ocs_error* ocs_tensor_data(ocs_tensor* tensor, void** result) OCS_NOEXCEPT;
// The only element, as OCS_INT, OCS_DOUBLE or OCS_BOOL.
OCS_API ocs_error* ocs_tensor_item(ocs_tensor* tensor, ocs_value* result) OCS_NOEXCEPT;

// Operators: any that libtorch's dispatcher knows, e.g. ("aten::add", "Tensor").
OCS_API ocs_error* ocs_operator_find(const char* name, const char* overload, ocs_operator** result) OCS_NOEXCEPT;
// "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"; the text is never freed.
OCS_API ocs_error* ocs_operator_schema(const ocs_operator* op, const char** result) OCS_NOEXCEPT;
// Boxed call with autograd. Missing trailing arguments take the schema's defaults. Results: tensors in order, lists
// flattened, numbers as scalar tensors, absent ones null. If `results` is null, they are dropped. If there are more
// than `capacity`, all are in *spill (free it with ocs_spill_free).
OCS_API ocs_error* ocs_operator_call(const ocs_operator* op, const ocs_value* arguments, int32_t argument_count,
                                     ocs_tensor** results, int32_t capacity, int32_t* result_count,
                                     ocs_tensor*** spill) OCS_NOEXCEPT;
OCS_API void ocs_spill_free(ocs_tensor** spill) OCS_NOEXCEPT;

// Autograd. The mode belongs to the calling thread.
OCS_API ocs_error* ocs_grad_mode_get(uint8_t* enabled) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_grad_mode_set(uint8_t enabled) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_requires_grad_get(ocs_tensor* tensor, uint8_t* result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_requires_grad_set(ocs_tensor* tensor, uint8_t value) OCS_NOEXCEPT;
// Another reference to .grad, or null.
OCS_API ocs_error* ocs_gradient_take(ocs_tensor* tensor, ocs_tensor** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_gradient_set(ocs_tensor* tensor, ocs_tensor* gradient) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_autograd_backward(ocs_tensor* const* outputs, int32_t output_count,
                                         uint8_t retain_graph) OCS_NOEXCEPT;
// d(sum of outputs) / d(inputs): writes input_count tensors.
OCS_API ocs_error* ocs_autograd_gradients(ocs_tensor* const* outputs, int32_t output_count, ocs_tensor* const* inputs,
                                          int32_t input_count, uint8_t retain_graph, ocs_tensor** results) OCS_NOEXCEPT;
// Backward from several outputs with the gradient of each.
OCS_API ocs_error* ocs_autograd_backward_from(ocs_tensor* const* outputs, ocs_tensor* const* gradients,
                                              int32_t count) OCS_NOEXCEPT;
// Backward of values that were computed from `inputs` without autograd. `run` gets the gradients of the outputs, which
// it owns, and returns those of the inputs, which stay valid until `release` or the next `run`; null means no gradient.
// A result other than 0 is an error with a message. `release` is called once.
typedef struct ocs_recomputation {
    void* state;
    uint8_t (*run)(void* state, ocs_tensor** gradients, int32_t count, ocs_tensor** results, int32_t inputs,
                   char* message, int32_t capacity);
    void (*release)(void* state);
} ocs_recomputation;
// The outputs must have no autograd history; afterwards they require gradients.
OCS_API ocs_error* ocs_recompute(ocs_tensor* const* inputs, int32_t input_count, ocs_tensor* const* outputs,
                                 int32_t output_count, const ocs_recomputation* recomputation) OCS_NOEXCEPT;

// Autocast: while it is on, operators on libtorch's lists compute in `dtype` on that kind of device. It belongs to the
// calling thread. Converted weights are cached until the cache is cleared.
OCS_API ocs_error* ocs_autocast_get(int32_t device_kind, uint8_t* enabled, int32_t* dtype) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_autocast_set(int32_t device_kind, uint8_t enabled, int32_t dtype) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_autocast_clear_cache(void) OCS_NOEXCEPT;

// The process.
OCS_API ocs_error* ocs_live_tensors(int64_t* result) OCS_NOEXCEPT;  // references that are not yet released
OCS_API ocs_error* ocs_torch_version(const char** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_threads_get(int32_t* result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_threads_set(int32_t count) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_memory_give_back(void) OCS_NOEXCEPT;   // what is kept of freed memory, malloc's too
OCS_API ocs_error* ocs_rng_seed(uint64_t seed) OCS_NOEXCEPT;  // every device's generator
OCS_API ocs_error* ocs_rng_state_get(int32_t device_kind, int32_t device_index, ocs_tensor** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_rng_state_set(int32_t device_kind, int32_t device_index, ocs_tensor* state) OCS_NOEXCEPT;
// A separate generator. libtorch locks it for each operator, so two threads may use it.
OCS_API ocs_error* ocs_generator_create(uint64_t seed, ocs_generator** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_generator_free(ocs_generator* generator) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_generator_state_get(ocs_generator* generator, ocs_tensor** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_generator_state_set(ocs_generator* generator, ocs_tensor* state) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_device_count(int32_t* result) OCS_NOEXCEPT;  // 0 if libtorch has no CUDA
OCS_API ocs_error* ocs_cuda_compiled(uint8_t* result) OCS_NOEXCEPT;
// Waits until the device has finished this thread's work; returns at once on a CPU.
OCS_API ocs_error* ocs_device_synchronize(int32_t device_kind, int32_t device_index) OCS_NOEXCEPT;
// The instructions of our convolutions and products on a CPU (processor.h): 0 for libtorch's, 1 AVX2, 2 AVX-512.
// Instructions that the processor lacks are never used.
OCS_API ocs_error* ocs_own_kernels_get(uint8_t* result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_own_kernels_set(uint8_t most) OCS_NOEXCEPT;
// The precision of float32 products: 0 float32, 1 TF32, 2 also bf16. Convolutions are float32 at 0, else TF32.
OCS_API ocs_error* ocs_matmul_precision_get(int32_t* result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_matmul_precision_set(int32_t precision) OCS_NOEXCEPT;
// Whether cuDNN tries its algorithms on the first convolution of each shape and keeps the fastest.
OCS_API ocs_error* ocs_cudnn_benchmark_get(uint8_t* result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cudnn_benchmark_set(uint8_t enabled) OCS_NOEXCEPT;

// CUDA graphs: work that is captured once, then replayed with one call. If ocs_cuda_graphs gives 0, each of the other
// functions is an error.
OCS_API ocs_error* ocs_cuda_graphs(uint8_t* result) OCS_NOEXCEPT;  // whether the shim was built with CUDA's headers
OCS_API ocs_error* ocs_cuda_graph_create(int32_t device_index, ocs_cuda_graph** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_graph_free(ocs_cuda_graph* graph) OCS_NOEXCEPT;
// Between both, the calling thread's work runs on the graph's stream. Each waits for the device.
OCS_API ocs_error* ocs_cuda_graph_enter(ocs_cuda_graph* graph) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_graph_leave(ocs_cuda_graph* graph) OCS_NOEXCEPT;
// Between both, work on the graph's stream is captured and not run. Drops an earlier capture.
OCS_API ocs_error* ocs_cuda_graph_begin(ocs_cuda_graph* graph) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_graph_end(ocs_cuda_graph* graph) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_graph_discard(ocs_cuda_graph* graph) OCS_NOEXCEPT;
// Runs the captured work on the thread's current stream, without waiting.
OCS_API ocs_error* ocs_cuda_graph_replay(ocs_cuda_graph* graph) OCS_NOEXCEPT;
// Bytes of tensors on a device: current, and the peak since the last reset.
OCS_API ocs_error* ocs_cuda_memory(int32_t device_index, int64_t* in_use, int64_t* peak) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_memory_reset_peak(int32_t device_index) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_cuda_empty_cache(void) OCS_NOEXCEPT;  // releases cached memory that no tensor uses

// Data parallelism on c10d. All processes must make a group's calls in the same order. A call waits until it is done,
// or fails if another process has ended or is silent for timeout_ms.
typedef struct ocs_group ocs_group;      // the processes of a run
typedef struct ocs_reducer ocs_reducer;  // averages gradients over a group while backward computes them

enum ocs_backend { OCS_GLOO = 1, OCS_NCCL = 2 };  // bits
enum ocs_reduction { OCS_SUM = 0, OCS_MAX = 1 };

typedef struct ocs_group_options {
    const char* host;       // host of the store
    const char* prefix;     // prefix of the store's keys, for several runs on one store
    const char* interface;  // network interface of Gloo; empty: by address
    const char* address;    // own address of Gloo; empty: that of the host's name
    int64_t join_timeout_ms;
    int64_t timeout_ms;
    int32_t port;
    int32_t rank;
    int32_t size;
    uint8_t hosts_store;
    uint8_t nccl;            // CPU tensors still use Gloo
    const char* store_file;  // store of processes of one machine; empty: at host and port
} ocs_group_options;

// The backends of the shim; 0 without c10d, and then all of these functions fail.
OCS_API ocs_error* ocs_distributed_backends(int32_t* result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_group_create(const ocs_group_options* options, ocs_group** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_group_free(ocs_group* group) OCS_NOEXCEPT;
// Overwrites the tensor with that of rank `root`.
OCS_API ocs_error* ocs_group_broadcast(ocs_group* group, ocs_tensor* tensor, int32_t root) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_group_all_reduce(ocs_group* group, ocs_tensor* tensor, int32_t reduction) OCS_NOEXCEPT;
// Writes one tensor per rank.
OCS_API ocs_error* ocs_group_all_gather(ocs_group* group, ocs_tensor* tensor, ocs_tensor** results) OCS_NOEXCEPT;
// Its backward leaves averaged gradients; all parameters must get one.
OCS_API ocs_error* ocs_reducer_create(ocs_group* group, ocs_tensor* const* parameters, int32_t count,
                                      int64_t first_bucket_bytes, int64_t bucket_bytes,
                                      ocs_reducer** result) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_reducer_free(ocs_reducer* reducer) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_reducer_prepare_for_forward(ocs_reducer* reducer) OCS_NOEXCEPT;
OCS_API ocs_error* ocs_reducer_backward(ocs_reducer* reducer, ocs_tensor* loss) OCS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
