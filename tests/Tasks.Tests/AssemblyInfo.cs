// The count of live tensors is one a process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
