namespace Ocs.Data;

/// <summary>What an annotated box holds.</summary>
public enum ObjectKind
{
    /// <summary>One object, to be found.</summary>
    Object,

    /// <summary>Many objects of a class in one box (COCO's `iscrowd`). It is not trained on.</summary>
    Crowd,

    /// <summary>An object that counts neither way (Pascal VOC's `difficult`). It is not trained on.</summary>
    Ignored,
}
