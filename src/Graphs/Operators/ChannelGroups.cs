using System.Text.Json.Serialization;

namespace Ocs.Graphs.Operators;

/// <summary>How the channels of an operator in groups leave.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupPolicy>))]
public enum GroupPolicy
{
    /// <summary>
    /// The same index leaves in every group, so there are as many groups as before, and each has fewer channels.
    /// </summary>
    SameIndex,

    /// <summary>All channels of a group leave together, so there are fewer groups, each as wide as before.</summary>
    WholeGroups,
}

/// <summary>The ties of operators whose channels lie in groups: group after group, equally many in each.</summary>
internal static class ChannelGroups
{
    /// <summary>
    /// Ties the channels of a convolution's two sides, of which one has a row of the weight each and the other a
    /// column, those of a group in turn.
    /// </summary>
    /// <param name="coupling">Takes what is said.</param>
    /// <param name="ofRows">The output's channels, or the input's of a transposed convolution.</param>
    /// <param name="ofColumns">The channels of the other side.</param>
    /// <param name="groups">The number of groups.</param>
    /// <param name="whole">Whether a group's channels leave together.</param>
    public static void TieConvolution(ICoupling coupling, Axis ofRows, Axis ofColumns, int groups, bool whole)
    {
        var (rows, columns) = (Axis.Parameter(0, 0), Axis.Parameter(0, 1));
        coupling.Tie(rows, ofRows);
        if (groups == 1)
        {
            coupling.Tie(ofColumns, columns);
        }
        else if (whole)
        {
            TieWhole(coupling, ofColumns, ofRows, groups);
        }
        else
        {
            TieSameIndex(coupling, ofColumns, columns, groups);
            TieSameIndex(coupling, ofRows, ofRows, groups);
        }
    }

    /// <summary>
    /// Ties the same index of every group: coordinate i of an axis to coordinate i mod (channels a group) of another.
    /// </summary>
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
