using System.Text.Json.Serialization;

namespace Ocs.Graphs.Operators;

/// <summary>How the channels of an operator in groups leave.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupPolicy>))]
public enum GroupPolicy
{
    /// <summary>The same index leaves in every group, so there are as many groups as before, and each has fewer channels.</summary>
    SameIndex,

    /// <summary>All channels of a group leave together, so there are fewer groups, each as wide as before.</summary>
    WholeGroups,
}

/// <summary>The ties of operators whose channels lie in groups: group after group, equally many in each.</summary>
internal static class ChannelGroups
{
    /// <summary>Ties the same index of every group: coordinate i of an axis to coordinate i mod (channels a group) of another.</summary>
    public static void TieSameIndex(ICoupling coupling, Axis axis, Axis within, int groups)
    {
        var perGroup = coupling.Shapes.Size(axis) / groups;
        for (var index = 0L; index < perGroup * groups; index++)
        {
            coupling.Tie(axis, index, within, index % perGroup);
        }
    }

    /// <summary>Ties all channels of a group of one axis with all of the same group of another.</summary>
    public static void TieWhole(ICoupling coupling, Axis axis, Axis other, int groups)
    {
        var (width, otherWidth) = (coupling.Shapes.Size(axis) / groups, coupling.Shapes.Size(other) / groups);
        for (var group = 0L; group < groups; group++)
        {
            for (var index = 0L; index < width; index++)
            {
                coupling.Tie(axis, group * width + index, other, group * otherWidth);
            }

            for (var index = 1L; index < otherWidth; index++)
            {
                coupling.Tie(axis, group * width, other, group * otherWidth + index);
            }
        }
    }
}
