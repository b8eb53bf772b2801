namespace Ocs.Core.Pickles;

/// <summary>A set, frozen or not, with its members in the order of the file.</summary>
internal sealed record PickleSet(List<object?> Members);
